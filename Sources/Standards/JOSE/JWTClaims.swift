public import Primitives

/// Typed access to the claims of a JWT (RFC 7519 §4). A claim that is absent is nil; one of the wrong type is an error, never nil.
public struct JWTClaims: Sendable, Hashable {
    public let all: JSONObject

    public init(_ claims: JSONObject) { all = claims }

    public func string(_ name: String) throws(JOSEError) -> String? { try all.optionalString(name) }

    /// A NumericDate (RFC 7519 §2): seconds since 1970, whole or with a fraction, from 0 to the end of the year 9999.
    /// A fraction is cut off at the millisecond.
    public func instant(_ name: String) throws(JOSEError) -> Instant? {
        switch all[name] {
        case nil: return nil
        case .integer(let seconds) where Self.seconds.contains(seconds): return Instant(secondsSince1970: seconds)
        case .double(let seconds) where seconds >= 0 && seconds < Double(Self.seconds.upperBound) + 1:
            return Instant(milliseconds: Int64(seconds * 1000))
        default: throw .malformed(name)
        }
    }

    /// The recipients (RFC 7519 §4.1.3): one string or an array of strings; empty where the claim is absent.
    public func audience() throws(JOSEError) -> [String] {
        guard let value = all["aud"] else { return [] }
        if let one = value.stringValue { return [one] }
        guard let many = value.stringArray else { throw .malformed("aud") }
        return many
    }

    /// Whether the token is meant for `recipient`, compared octet by octet.
    public func isMeant(for recipient: String) throws(JOSEError) -> Bool {
        try audience().contains { $0.utf8.elementsEqual(recipient.utf8) }
    }

    // 9999-12-31T23:59:59Z.
    private static let seconds: ClosedRange<Int64> = 0...253_402_300_799
}
