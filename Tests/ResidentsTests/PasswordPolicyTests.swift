import Cryptography
import Domain
import Primitives
import Testing

@testable import Residents

@Suite("Rules for new passwords (NIST SP 800-63B-4 §3.1.1)")
struct PasswordPolicyTests {
    @Test("fifteen characters are enough, fourteen are not, and a character is a code point")
    func length() throws {
        #expect(refusal("correct-horses") == .tooShort(minimumLength: 15))
        #expect(refusal("correct-horses1") == nil)
        #expect(refusal("žluťoučký kůň 🐴") == nil)
        #expect(refusal("e\u{301}1234-67 abcde") == .tooShort(minimumLength: 15))
    }

    @Test("the minimum can be set, but never below eight")
    func minimum() {
        #expect(PasswordPolicy(minimumLength: 3).minimumLength == 8)
        #expect(refusal("plumtree", PasswordPolicy(minimumLength: 8)) == nil)
        #expect(refusal("plumtre", PasswordPolicy(minimumLength: 8)) == .tooShort(minimumLength: 8))
    }

    @Test("1024 bytes are accepted, one more is not, and nothing is cut off")
    func maximum() throws {
        let longest = (0..<1024).map { _ in "abcdefghkmnpqrstuvwxyz".randomElement().map(String.init) ?? "a" }.joined()
        #expect(refusal(longest) == nil)
        #expect(try policy.accept(secret(longest), username: username, email: nil).count == 1024)
        #expect(refusal(longest + "x") == .tooLong(maximumBytes: 1024))
    }

    @Test(
        "spaces, every script and no particular mixture are accepted",
        arguments: ["four green umbrellas", "крокодилы летают низко", "雨が降っているから家にいます今日は", "justlowercaseletters"])
    func accepted(_ password: String) {
        #expect(refusal(password) == nil)
    }

    @Test(
        "what attackers try first is refused, however it is decorated",
        arguments: [
            "passwordpassword", "Password-Password", "PASSWORD1234567", "Correct Horse Battery Staple", "correcthorsebatterystaple1",
            "1q2w3e4r5t6y7u8i", "thequickbrownfox", "i-love-you-so-much",
        ])
    func common(_ password: String) {
        #expect(refusal(password) == .common)
    }

    @Test(
        "a name of the resident or of the service is refused, alone, repeated or with digits",
        arguments: ["amina.bensaleh@", "amina.bensaleh12", "AminaBenSaleh 2026", "portico portico", "amina@example.org", "portico20262026"])
    func names(_ password: String) {
        #expect(refusal(password, PasswordPolicy(minimumLength: 8)) == .name)
    }

    @Test("a name inside a longer password is no reason to refuse it")
    func nameInside() {
        #expect(refusal("amina.bensaleh rides a bicycle") == nil)
        #expect(refusal("my password is a secret") == nil)
    }

    @Test(
        "repetitions and rows are refused",
        arguments: [
            "aaaaaaaaaaaaaaa", "abababababababab", "xyz xyz xyz xyz xyz", "!!!!!!!!!!!!!!!", "123456789012345", "987654321098765", "abcdefghijklmnop",
            "qwertyuiopasdfgh", "zyxwvutsrqponmlk",
        ])
    func patterns(_ password: String) {
        #expect(refusal(password) == .pattern)
    }

    @Test("bytes that are no text, and control characters, are refused")
    func text() {
        #expect(refusal("fifteen letters\u{0}more") == .notText)
        #expect(refusal("fifteen letters\nmore") == .notText)
        #expect(throws: ResidentError.passwordRefused(.notText)) {
            try policy.accept(Secret([UInt8](repeating: 0xFF, count: 20)), username: username, email: nil)
        }
    }

    @Test("a password is prepared by the OpaqueString profile: form C, plain spaces, nothing folded (RFC 8265 §4.2)")
    func preparation() throws {
        #expect(prepared("cafe\u{301}") == "caf\u{E9}".utf8.map { $0 })
        #expect(prepared("a\u{A0}b\u{3000}c\u{2003}d") == "a b c d".utf8.map { $0 })
        #expect(prepared("x²") == "x²".utf8.map { $0 })
        #expect(prepared("ABC") == "ABC".utf8.map { $0 })
        #expect(prepared(" kept ") == " kept ".utf8.map { $0 })
    }

    @Test("each refusal says what to do, without the password")
    func words() {
        for reason in [PasswordRefusal.tooShort(minimumLength: 15), .tooLong(maximumBytes: 1024), .notText, .common, .name, .pattern] {
            #expect("\(ResidentError.passwordRefused(reason))".count > 20)
        }
    }

    @Test("a generated password has 24 letters that nobody mistakes, and passes the rules")
    func generated() throws {
        let passwords = (0..<200).map { _ in String(decoding: ResidentDirectory.generatePassword().copyBytes(), as: UTF8.self) }
        #expect(Set(passwords).count == 200)
        for password in passwords {
            #expect(password.split(separator: "-").map(\.count) == [4, 4, 4, 4, 4, 4])
            #expect(password.allSatisfy { $0 == "-" || "abcdefghjkmnpqrstuvwxyz".contains($0) })
            #expect(refusal(password) == nil)
        }
        #expect(Set(passwords.joined()).count == 24)
    }

    private let policy = PasswordPolicy()
    private let username: LoginName
    private let email: EmailAddress

    init() throws {
        username = try LoginName("amina.bensaleh")
        email = try EmailAddress("amina@example.org")
    }

    private func refusal(_ password: String, _ policy: PasswordPolicy = PasswordPolicy()) -> PasswordRefusal? {
        do throws(ResidentError) {
            _ = try policy.accept(secret(password), username: username, email: email)
            return nil
        } catch {
            guard case .passwordRefused(let refusal) = error else { return nil }
            return refusal
        }
    }

    private func prepared(_ password: String) -> [UInt8]? { PreparedPassword(secret(password))?.secret.copyBytes() }
}
