/// The scopes OpenID Connect defines (Core §5.4 and §11).
public enum StandardScope: String, Sendable, Hashable, CaseIterable {
    case openid
    case profile
    case email
    case address
    case phone
    case offlineAccess = "offline_access"
}

/// A set of scope values (RFC 6749 §3.3) in the order they were first named.
///
/// Two sets are equal when they hold the same values, in whatever order.
public struct ScopeSet: Sendable, Hashable {
    public let values: [String]

    /// Reads a space-separated list: at most 100 values and 4,096 bytes, each of RFC 6749's `scope-token` characters.
    ///
    /// - Throws: `invalid_scope`.
    public init(parsing text: String) throws(OAuthFailure) {
        guard text.utf8.count <= 4096 else { throw OAuthFailure(ScopeReference.tooLong) }
        let words = text.words
        guard words.count <= 100 else { throw OAuthFailure(ScopeReference.tooLong) }
        // RFC 6749 §3.3: scope-token = 1*( %x21 / %x23-5B / %x5D-7E )
        guard text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x5C }) else {
            throw OAuthFailure(ScopeReference.illegalCharacter)
        }
        self.init(distinct: words.map(String.init))
    }

    public init(_ scopes: [StandardScope]) {
        self.init(distinct: scopes.map(\.rawValue))
    }

    private init(distinct candidates: [String]) {
        var values: [String] = []
        for candidate in candidates where !values.contains(candidate) { values.append(candidate) }
        self.values = values
    }

    /// No scope at all.
    public static let empty = ScopeSet([])
    /// What OpenID Connect defines, all of it.
    public static let standard = ScopeSet(StandardScope.allCases)

    public var isEmpty: Bool { values.isEmpty }
    /// The list as it stands on the wire.
    public var text: String { values.joined(separator: " ") }

    public func contains(_ value: String) -> Bool { values.contains(value) }
    public func contains(_ scope: StandardScope) -> Bool { values.contains(scope.rawValue) }

    public func isSubset(of other: ScopeSet) -> Bool { values.allSatisfy(other.contains) }

    public func union(_ other: ScopeSet) -> ScopeSet { ScopeSet(distinct: values + other.values) }
    public func intersection(_ other: ScopeSet) -> ScopeSet { filter(other.contains) }
    public func subtracting(_ other: ScopeSet) -> ScopeSet { filter { !other.contains($0) } }

    public func filter(_ isIncluded: (String) -> Bool) -> ScopeSet { ScopeSet(distinct: values.filter(isIncluded)) }

    public static func == (left: ScopeSet, right: ScopeSet) -> Bool {
        left.values.count == right.values.count && left.isSubset(of: right)
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(Set(values)) }
}

/// Why a scope was refused.
public enum ScopeReference: String, FailureReference {
    case illegalCharacter = "SCOPE-01"
    case tooLong = "SCOPE-02"

    public var code: OAuthFailure.Code { .invalidScope }

    public var meaning: String {
        switch self {
        case .illegalCharacter: "The parameter 'scope' contains a character that scope values must not have."
        case .tooLong: "The parameter 'scope' names more than this server reads."
        }
    }
}
