public import Cryptography

/// One change that an operator asks for.
public enum KeyChange: Sendable, Hashable {
    /// Makes a staged key: published, not yet signing.
    case generate(SignatureAlgorithm)
    /// Lets a staged key sign; the active key of its algorithm retires in the same step. `immediately` skips the wait for old copies of
    /// the key set to expire, and breaks those who still hold one.
    case activate(String, immediately: Bool = false)
    /// Ends the work of an active key that nobody needs, or withdraws a staged one.
    case retire(String)
    /// Makes everything the key ever signed worthless at once. `replace` activates another key of its algorithm in the same step.
    case revoke(String, replace: Bool = false)
}

/// What a change would do, in words for the operator who decides.
public struct KeyPlan: Sendable {
    public let change: KeyChange
    /// What happens, in order.
    public let steps: [String]
    /// What it costs others.
    public let warnings: [String]
    /// Why it is refused; empty where it may be applied.
    public let refusals: [String]
    let actions: [KeyAction]

    public var isRefused: Bool { !refusals.isEmpty }
}

/// What a change did.
public struct KeyOutcome: Sendable {
    public let steps: [String]
    public let warnings: [String]
    public let created: [CreatedKey]
}

/// One row's change. A plan is a list of them; they happen in one transaction.
enum KeyAction: Sendable, Hashable {
    case insert(SignatureAlgorithm, active: Bool)
    case activate(String)
    case retire(String)
    case revoke(String)
    case remove(String)
}
