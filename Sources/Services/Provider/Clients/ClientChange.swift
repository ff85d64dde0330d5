public import Domain
public import OAuthProtocol
public import Primitives

/// What applying one entry of a client file would do, or did.
public struct ClientChange: Sendable {
    public enum Kind: String, Sendable {
        case added, updated, unchanged
    }

    public struct Member: Sendable, Hashable {
        public let name: String
        public let before: JSONValue?
        public let after: JSONValue?
    }

    public let clientID: ClientID
    public let kind: Kind
    /// The metadata members that differ; a changed secret appears as `client_secret` without its value.
    public let members: [Member]
    /// A secret made for this change: shown once, stored only as a digest.
    public let generatedSecret: String?
}

/// A client together with the secret that was just made for it, which is shown once.
public struct RegisteredClient: Sendable {
    public let client: Client
    public let generatedSecret: String?
}

/// Why a client cannot be registered or changed.
public enum ClientAdministrationError: Error, Sendable {
    case unknownClient(ClientID)
    case alreadyRegistered(ClientID)
    /// The client authenticates without a secret, so there is none to rotate.
    case hasNoSecret(ClientID)
    /// An entry of the file is not acceptable. `index` counts from zero.
    case unacceptable(index: Int, clientID: String?, reason: String)
    case appearsTwice(ClientID)
}
