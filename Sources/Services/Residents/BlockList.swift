/// Passwords that attackers try first, compared as a whole (NIST SP 800-63B-4 §3.1.1.2: not by the words inside a password).
///
/// The built-in list is small: the most used passwords of eight characters and more, and what people append to reach a length. It
/// is no substitute for a list of breached passwords. Rules catch what no list can hold: repetitions and rows.
struct BlockList {
    private let words: Set<String>

    /// - Parameter words: what else makes a bad password for this account, such as its username.
    init(_ words: [String]) {
        self.words = Set(words.map(Self.fold).filter { $0.count >= 3 })
    }

    /// Nil where nothing is held against the password.
    func reason(against password: String) -> PasswordRefusal? {
        let folded = Self.fold(password)
        let stem = Self.stem(folded)
        let unit = Self.unit(folded)
        if words.contains(folded) || words.contains(stem) || words.contains(unit) { return .name }
        if Self.common.contains(folded) || Self.common.contains(stem) || Self.common.contains(unit) { return .common }
        return Self.repeats(folded) || Self.repeats(password.lowercased()) || Self.isRow(folded) ? .pattern : nil
    }

    /// Lower case, without spaces and punctuation.
    private static func fold(_ text: String) -> String {
        String(text.lowercased().filter { $0.isLetter || $0.isNumber })
    }

    /// Without the digits at its end.
    private static func stem(_ folded: String) -> String {
        String(folded.reversed().drop { $0.isNumber }.reversed())
    }

    /// The shortest text that makes the whole by repetition.
    private static func unit(_ folded: String) -> String {
        let characters = Array(folded)
        for length in 1..<max(characters.count, 2) where length <= characters.count / 2 && characters.count % length == 0 {
            if characters.indices.allSatisfy({ characters[$0] == characters[$0 % length] }) { return String(characters[..<length]) }
        }
        return folded
    }

    private static func repeats(_ text: String) -> Bool {
        let unit = unit(text)
        return unit.count < text.count && unit.count <= longestRepeatedUnit
    }

    /// Only steps along a row, forward or backward, starting anywhere and going round at its end.
    private static func isRow(_ folded: String) -> Bool {
        let characters = Array(folded)
        guard characters.count >= PasswordPolicy.lowestMinimum else { return false }
        return rows.contains { row in
            let positions = characters.map { row.firstIndex(of: $0) }
            let steps = zip(positions, positions.dropFirst()).map { from, to -> Int? in
                guard let from, let to else { return nil }
                return (to - from + row.count) % row.count
            }
            return steps.allSatisfy { $0 == 1 } || steps.allSatisfy { $0 == row.count - 1 }
        }
    }

    private static let longestRepeatedUnit = 4

    private static let rows: [[Character]] = [
        "abcdefghijklmnopqrstuvwxyz", "0123456789", "1234567890", "qwertyuiopasdfghjklzxcvbnm", "qwertzuiopasdfghjklyxcvbnm",
        "azertyuiopqsdfghjklmwxcvbn", "abcdefghijklmnopqrstuvwxyz0123456789", "0123456789abcdefghijklmnopqrstuvwxyz",
        "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    ].map(Array.init)

    private static let common: Set<String> = Set(
        """
        password passw0rd p4ssword password1 password12 password123 password1234 passwordpassword mypassword thisismypassword
        newpassword changeme changemeplease changeit letmein letmeinnow letmeinplease welcome welcomeback administrator adminadmin
        rootroot superuser secret topsecret mysecret secretpassword temporary temppassword default defaultpassword guestguest
        testtest testing testpassword qwerty qwertyuiop qwertyqwerty qwerty123 1q2w3e4r 1q2w3e4r5t 1q2w3e4r5t6y 1q2w3e4r5t6y7u8i 1qaz2wsx
        1qaz2wsx3edc zaq12wsx zaq1xsw2 qazwsx qazwsxedc asdfghjkl zxcvbnm asdfasdf a1b2c3d4 abcd1234 abc123456 aa123456 iloveyou iloveyouforever
        iloveyousomuch ilovemyself ilovemyfamily ilovemymom ilovemydog ilovejesus jesuslovesme godisgood jesuschrist sunshine princess
        football baseball basketball superman batman spiderman starwars pokemon dragon monkey shadow master michael jennifer jordan
        charlie liverpool chelsea arsenal barcelona realmadrid manchesterunited computer internet samsung google facebook whatever
        trustno1 nothing forever freedom blessed butterfly chocolate cheesecake strawberry summertime correcthorsebatterystaple
        correcthorsebattery thequickbrownfox thequickbrownfoxjumpsoverthelazydog tobeornottobe maytheforcebewithyou onceuponatime
        loremipsum loremipsumdolorsitamet helloworld hellohello openopen opensesame access accesscontrol government citizen publicservice
        contraseña micontraseña teamo teamomucho motdepasse bonjour azerty jetaime doudou marseille loulou passwort hallo ichliebedich
        """.split(whereSeparator: \.isWhitespace).map(String.init))
}
