internal import Cryptography

/// A password for someone to type once: six groups of four small letters, none of which is taken for another or for a digit.
enum GeneratedPassword {
    /// 24 letters out of 23: 108 bits.
    static func make() -> Secret {
        var letters: [UInt8] = []
        while letters.count < groups * groupLength {
            // Bytes beyond the last whole multiple of the alphabet are thrown away, so that every letter is as likely.
            for byte in Randomness.bytes(64) where Int(byte) < 256 / alphabet.count * alphabet.count && letters.count < groups * groupLength {
                letters.append(alphabet[Int(byte) % alphabet.count])
            }
        }
        var text: [UInt8] = []
        for (index, letter) in letters.enumerated() {
            if index > 0, index % groupLength == 0 { text.append(UInt8(ascii: "-")) }
            text.append(letter)
        }
        return Secret(text)
    }

    private static let groups = 6
    private static let groupLength = 4
    /// Without i, l and o.
    private static let alphabet = Array("abcdefghjkmnpqrstuvwxyz".utf8)
}
