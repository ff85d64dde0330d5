public import Cryptography
internal import Primitives

/// The one secret that is kept outside the database: 32 random bytes that seal everything secret inside it.
public struct MasterKey: Sendable, CustomStringConvertible {
    private let sealer: AESGCM

    /// - Parameter secret: exactly 32 bytes.
    public init(_ secret: Secret) throws(KeyRingError) {
        do { sealer = try AESGCM(key: secret) } catch { throw .cryptography(error) }
    }

    /// Reads the key file.
    ///
    /// - Throws: `masterKey` where the file is missing, a symbolic link, not a regular file, open to group or others, owned by
    ///   someone else than this user or root, or does not hold 32 bytes in base64url.
    public static func load(path: String) throws(KeyRingError) -> MasterKey {
        let secret: Secret
        do { secret = try MasterKeyFile(path: path).read() } catch { throw .masterKey(path: path, error) }
        return try MasterKey(secret)
    }

    /// Reads the key file, or makes it with mode 0600 where there is none. The folder must exist.
    ///
    /// The file appears complete or not at all, and is on disk when this returns.
    public static func loadOrCreate(path: String) throws(KeyRingError) -> (MasterKey, created: Bool) {
        let created: Bool
        do { created = try MasterKeyFile(path: path).createIfMissing(.random(32)) } catch { throw .masterKey(path: path, error) }
        return (try load(path: path), created)
    }

    public var description: String { "‹secret›" }

    /// Seals `plaintext` so that it opens only under the same label.
    func seal(_ plaintext: Secret, as label: SealLabel) throws(KeyRingError) -> [UInt8] {
        do { return try sealer.seal(plaintext.copyBytes(), authenticating: label.bytes) } catch { throw .cryptography(error) }
    }

    /// Nil where the value was sealed under another key or label, or was changed.
    func open(_ sealed: [UInt8], as label: SealLabel) -> Secret? {
        guard let plaintext = try? sealer.open(sealed, authenticating: label.bytes) else { return nil }
        return Secret(plaintext)
    }
}

/// What a sealed value is, bound into the seal: a value moved to another row or column does not open.
enum SealLabel {
    case signingKey(kid: String, SignatureAlgorithm)
    case secret(RingSecrets.Name)

    var bytes: [UInt8] {
        switch self {
        case .signingKey(let kid, let algorithm): Array("portico signing key\n\(kid)\n\(algorithm.rawValue)".utf8)
        case .secret(let name): Array("portico secret\n\(name.rawValue)".utf8)
        }
    }
}
