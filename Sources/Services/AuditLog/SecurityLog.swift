public import Domain

/// Where notices go that are no change of state: a refused sign-in, a replayed code. Whoever builds the program connects it
/// to its log; nothing here blocks or fails.
public struct SecurityLog: Sendable {
    private let write: @Sendable (SecurityNotice) -> Void

    public init(_ write: @escaping @Sendable (SecurityNotice) -> Void) { self.write = write }

    /// A log that forgets, for tools and tests that have none.
    public static let none = SecurityLog { _ in }

    /// - Parameters:
    ///   - resident: the account, where it is known.
    ///   - client: the client's id, where it is known.
    ///   - address: where the request came from.
    ///   - reference: the stable reference of the rejection, such as `TOKEN-12`, or a digest that ties notices together.
    ///   - detail: more, by name. Never a password, token, code, cookie or what a person typed.
    public func note(
        _ kind: SecurityNotice.Kind, resident: ResidentID? = nil, client: String? = nil, address: String? = nil, reference: String? = nil,
        detail: KeyValuePairs<String, String> = [:]
    ) {
        let fields: [(String, String?)] = [
            ("resident", resident?.rawValue), ("client", client), ("address", address), ("reference", reference),
        ]
        let named = fields.compactMap { name, value in value.map { (name, $0) } } + detail.map { ($0.key, $0.value) }
        write(SecurityNotice(kind: kind, fields: named))
    }
}

/// One line for the log: what happened, and named values without control characters (a line break in a user agent cannot
/// forge a second line), each cut to 200 characters.
public struct SecurityNotice: Sendable {
    public enum Kind: String, Sendable, CaseIterable {
        /// Unknown identifier, wrong password or disabled account; the page does not tell which.
        case signInRefused = "sign_in.refused"
        /// Too many failures before: no password was looked at.
        case signInDelayed = "sign_in.delayed"
        /// Every place before the password hash was taken.
        case signInBusy = "sign_in.busy"
        /// A stored password hash cannot be read or is beyond the limits in force; the account cannot sign in by password.
        case passwordHashUnreadable = "password_hash.unreadable"
        /// A client's secret, assertion or method was not accepted.
        case clientRefused = "client.refused"
        /// An authorization code came a second time (RFC 6749 §4.1.2).
        case authorizationCodeReplayed = "authorization_code.replayed"
        /// A refresh token came after it had been used (RFC 9700 §4.14).
        case refreshTokenReplayed = "refresh_token.replayed"
        /// A request named a client that does not exist, or a redirect URI that its client has not registered.
        case redirectURIRefused = "redirect_uri.refused"
        /// A form came without the proof that this browser was given it.
        case formRefused = "form.refused"
    }

    public let kind: Kind
    public let fields: [(name: String, value: String)]

    init(kind: Kind, fields: [(String, String)]) {
        self.kind = kind
        self.fields = fields.map { (name: $0.0, value: Self.line($0.1)) }
    }

    public subscript(name: String) -> String? { fields.first { $0.name == name }?.value }

    private static func line(_ text: String) -> String {
        let scalars = text.unicodeScalars.prefix(200).map { scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator: Unicode.Scalar(0xFFFD) ?? scalar
            default: scalar
            }
        }
        return String(String.UnicodeScalarView(scalars))
    }
}
