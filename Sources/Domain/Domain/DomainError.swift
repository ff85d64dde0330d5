/// A value that cannot exist in the domain. The reason is fit to show to whoever sent it; the value itself is not repeated.
public struct DomainError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The field at fault, by its OpenID Connect name where it has one.
    public let field: String
    /// Reads on after the field's name: "must be …".
    public let reason: String

    public init(_ field: String, _ reason: String) {
        self.field = field
        self.reason = reason
    }

    public var description: String { "\(field) \(reason)" }
}
