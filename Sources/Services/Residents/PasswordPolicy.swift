internal import Cryptography
internal import Domain

/// The rules for a new password, those of NIST SP 800-63B-4 §3.1.1: length and a block list, nothing about kinds of characters, no expiry.
public struct PasswordPolicy: Sendable {
    /// In Unicode code points after preparation. Fifteen where the password is the only factor, never below eight.
    public let minimumLength: Int
    /// Names of the service, which make bad passwords here.
    public let contextWords: [String]

    /// - Parameter minimumLength: raised to 8 where it is less.
    public init(minimumLength: Int = 15, contextWords: [String] = ["portico"]) {
        self.minimumLength = max(minimumLength, Self.lowestMinimum)
        self.contextWords = contextWords
    }

    /// The least that SP 800-63B-4 allows, and only together with a second factor.
    public static let lowestMinimum = 8

    /// - Returns: the password as it is to be hashed.
    func accept(_ password: Secret, username: LoginName, email: EmailAddress?) throws(ResidentError) -> Secret {
        guard let prepared = PreparedPassword(password) else {
            throw .passwordRefused(
                password.count > PreparedPassword.maximumBytes ? .tooLong(maximumBytes: PreparedPassword.maximumBytes) : .notText)
        }
        let scalars = prepared.text.unicodeScalars
        guard scalars.allSatisfy({ !Self.isControl($0) }) else { throw .passwordRefused(.notText) }
        guard scalars.count >= minimumLength else { throw .passwordRefused(.tooShort(minimumLength: minimumLength)) }
        if let reason = BlockList(contextWords + Self.words(username, email)).reason(against: prepared.text) { throw .passwordRefused(reason) }
        return prepared.secret
    }

    private static func words(_ username: LoginName, _ email: EmailAddress?) -> [String] {
        let mailbox = email.flatMap { $0.key.split(separator: "@").first.map(String.init) }
        return [username.key, email?.key, mailbox].compactMap(\.self)
    }

    // RFC 8265 §4.2 through RFC 8264 §4.3: the FreeformClass leaves out controls.
    private static func isControl(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.generalCategory == .control }
}

/// Why a new password is not accepted, in words that help to find a better one.
public enum PasswordRefusal: Error, Sendable, Hashable, CustomStringConvertible {
    case tooShort(minimumLength: Int)
    case tooLong(maximumBytes: Int)
    /// Not UTF-8, or with control characters.
    case notText
    /// On the list of passwords that attackers try first.
    case common
    /// The name of the resident or of the service, alone or repeated.
    case name
    /// One character or a short piece over and over, or a row of the alphabet, the digits or a keyboard.
    case pattern

    public var description: String {
        switch self {
        case .tooShort(let minimum): "the password must have at least \(minimum) characters; several words together are easy to remember"
        case .tooLong(let maximum): "the password must have at most \(maximum) bytes"
        case .notText: "the password contains a character that cannot be typed everywhere"
        case .common: "this password is among those that attackers try first; choose another"
        case .name: "the password must not be a name of yours or of this service"
        case .pattern: "the password repeats itself or follows the alphabet, the digits or the keyboard; choose another"
        }
    }
}
