public import Cryptography

/// Why the key ring could not do what was asked. The texts are for operators and carry nothing secret.
public enum KeyRingError: Error, Sendable, Hashable {
    case masterKey(path: String, MasterKeyProblem)
    /// What is stored was sealed under another master key.
    case wrongMasterKey
    /// The database holds no ring yet: no server has started on it.
    case notEstablished
    /// A sealed value does not open although the master key is the right one, or is not what it should be.
    case damaged(String)
    /// No active key where one is needed to serve.
    case noActiveKey(SignatureAlgorithm)
    case unknownKey(String)
    /// The change would break agencies or makes no sense; each sentence says why.
    case refused([String])
    case cryptography(CryptographyError)
}

/// What is wrong with a master key file.
public enum MasterKeyProblem: Error, Sendable, Hashable {
    case missing
    case alreadyExists
    case symbolicLink
    case notARegularFile
    /// Readable or writable by others than its owner; the mode's lowest nine bits.
    case openToOthers(mode: UInt32)
    case foreignOwner
    case malformed
    /// The system's own words.
    case system(String)
}

extension KeyRingError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .masterKey(let path, let problem): "the master key file \(path) \(problem)"
        case .wrongMasterKey:
            "the keys in this database were sealed under another master key; start with the master key file that belongs to it"
        case .notEstablished: "this database has no keys yet; start the server on it once, which creates them"
        case .damaged(let what): "\(what) cannot be used: it is damaged; restore the database from a backup"
        case .noActiveKey(let algorithm):
            "no \(algorithm.rawValue) key is active; generate one and activate it with --immediately"
        case .unknownKey(let kid): "there is no key \(kid)"
        case .refused(let reasons): reasons.joined(separator: "; ")
        case .cryptography(let error): "a cryptographic step failed: \(error)"
        }
    }
}

extension MasterKeyProblem: CustomStringConvertible {
    public var description: String {
        switch self {
        case .missing: "does not exist"
        case .alreadyExists: "exists already"
        case .symbolicLink: "is a symbolic link; name the file itself"
        case .notARegularFile: "is not a regular file"
        case .openToOthers(let mode): "is open to others (mode 0\(String(mode, radix: 8))); run chmod 600 on it"
        case .foreignOwner: "belongs to another user than the one running this program"
        case .malformed: "does not hold 32 bytes in base64url on one line"
        case .system(let words): "cannot be read or written: \(words)"
        }
    }
}
