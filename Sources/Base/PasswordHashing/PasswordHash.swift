/// A stored Argon2id hash, as a PHC string: `$argon2id$v=19$m=65536,t=3,p=1,keyid=…$salt$tag`. It prints as `‹password hash›`.
public struct PasswordHash: Sendable, Hashable {
    public let parameters: Argon2Parameters
    let salt: [UInt8]
    let tag: [UInt8]
    /// The name of the pepper that went into the tag; nil where none did.
    let pepperName: PepperName?

    /// Reads a PHC string strictly: this order of members, no leading zeros, canonical base64 without padding, nothing after it.
    ///
    /// - Throws: `malformedHash`; `unsupportedHash` for other algorithms, versions other than 19, associated data (`data=`),
    ///   a `keyid` not of our making, salts outside 8…64 bytes and tags outside 16…64 bytes.
    public init(phc: String) throws(PasswordHashError) {
        var reader = try PHCReader(phc)
        try reader.readAlgorithm("argon2id")
        try reader.readVersion(19)
        let memory = try reader.readNumber("m=")
        let iterations = try reader.readNumber(",t=")
        let lanes = try reader.readNumber(",p=")
        let keyID = try reader.readBytesIfPresent(",keyid=")
        guard try reader.readBytesIfPresent(",data=") == nil else { throw .unsupportedHash }
        let salt = try reader.readBytes("$")
        let tag = try reader.readBytes("$")
        try reader.finish()
        guard Argon2Parameters.saltLengths.contains(salt.count), Argon2Parameters.tagLengths.contains(tag.count) else { throw .unsupportedHash }
        do {
            parameters = try Argon2Parameters(
                memoryKiB: memory, iterations: iterations, parallelism: lanes, saltLength: salt.count, tagLength: tag.count)
        } catch { throw .malformedHash }
        pepperName = try keyID.map { bytes throws(PasswordHashError) in
            guard let name = PepperName(bytes) else { throw .unsupportedHash }
            return name
        }
        self.salt = salt
        self.tag = tag
    }

    init(parameters: Argon2Parameters, salt: [UInt8], tag: [UInt8], pepperName: PepperName?) {
        self.parameters = parameters
        self.salt = salt
        self.tag = tag
        self.pepperName = pepperName
    }

    /// The PHC string; for storage, never for a log.
    public var phc: String {
        let keyID = pepperName.map { ",keyid=" + PHCBase64.encode($0.bytes) } ?? ""
        let cost = "m=\(parameters.memoryKiB),t=\(parameters.iterations),p=\(parameters.parallelism)"
        return "$argon2id$v=19$\(cost)\(keyID)$\(PHCBase64.encode(salt))$\(PHCBase64.encode(tag))"
    }
}

extension PasswordHash: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "‹password hash›" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
