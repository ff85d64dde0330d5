public import Cryptography

/// Hashes passwords with Argon2id and verifies them.
///
/// This module owns the hash: its PHC string, its parameters, the pepper that goes in, and the threads and memory it is computed
/// with. Workers are threads of their own, never an event loop or the cooperative pool; each reuses one arena. The queue before
/// them is bounded: what does not fit is answered `busy` at once, and what was accepted is always answered. It knows nothing of
/// accounts, of rules for passwords, of counting failures or of where hashes are kept.
public final class PasswordHasher: Sendable {
    private let configuration: PasswordHasherConfiguration
    private let peppers: Peppers
    let pool: HashingPool

    /// Starts nothing: threads and arenas come with the first work.
    public init(_ configuration: PasswordHasherConfiguration) {
        self.configuration = configuration
        peppers = Peppers(current: configuration.pepper, former: configuration.formerPeppers)
        pool = HashingPool(
            workers: configuration.workers, queueLimit: configuration.queueLimit,
            arenaBytes: configuration.parameters.arenaBytes, arenaIdle: configuration.arenaIdle)
    }

    deinit { pool.stop() }

    /// A new hash with a random salt, the parameters in force and the pepper in force.
    ///
    /// - Throws: `passwordTooLong`, `busy`, `cancelled`, `stopped`, `failed`.
    public func hash(_ password: Secret) async throws(PasswordHashError) -> PasswordHash {
        let salt = Randomness.bytes(configuration.parameters.saltLength)
        let tag = try await tag(of: password, salt: salt, pepper: peppers.current, parameters: configuration.parameters)
        return PasswordHash(parameters: configuration.parameters, salt: salt, tag: tag, pepperName: peppers.current?.name)
    }

    /// Whether the password is the one of the hash, and whether the hash should be made anew while the password is at hand.
    ///
    /// - Throws: `unsupportedHash` for a hash beyond `foreignLimits` or with a pepper that is not configured, at once and without
    ///   computing anything: a caller that must not tell by its time goes on with `verifyNothing`. Otherwise as `hash`.
    public func verify(_ password: Secret, against hash: PasswordHash) async throws(PasswordHashError) -> Verification {
        guard supports(hash) else { throw .unsupportedHash }
        let pepper = try peppers.find(hash.pepperName)
        let tag = try await tag(of: password, salt: hash.salt, pepper: pepper, parameters: hash.parameters)
        let matches = constantTimeEquals(tag, hash.tag)
        let isCurrent = hash.parameters == configuration.parameters && hash.pepperName == peppers.current?.name
        return Verification(matches: matches, needsRehash: matches && !isCurrent)
    }

    /// Whether `verify` would compute anything for this hash: its cost is within `foreignLimits` and its pepper is at hand.
    public func supports(_ hash: PasswordHash) -> Bool {
        guard isOurs(hash.parameters) || configuration.foreignLimits.admit(hash.parameters) else { return false }
        do { _ = try peppers.find(hash.pepperName) } catch { return false }
        return true
    }

    /// The work of `verify` for an account that does not exist, so that the time of an answer does not tell.
    ///
    /// - Throws: as `hash`.
    public func verifyNothing(_ password: Secret) async throws(PasswordHashError) {
        let salt = [UInt8](repeating: 0, count: configuration.parameters.saltLength)
        let tag = try await tag(of: password, salt: salt, pepper: peppers.current, parameters: configuration.parameters)
        _ = constantTimeEquals(tag, [UInt8](repeating: 0, count: tag.count))
    }

    /// Accepts nothing more (`stopped`), lets accepted jobs finish, and returns when the arenas are given back.
    public func shutDown() async {
        await pool.shutDown()
    }

    /// Cost no higher than what the configuration asks for, whatever the limits for foreign hashes.
    private func isOurs(_ parameters: Argon2Parameters) -> Bool {
        let ours = configuration.parameters
        return parameters.memoryKiB <= ours.memoryKiB && parameters.iterations <= ours.iterations && parameters.parallelism <= ours.parallelism
    }

    private func tag(
        of password: Secret, salt: [UInt8], pepper: Pepper?, parameters: Argon2Parameters
    ) async throws(PasswordHashError) -> [UInt8] {
        guard password.count <= configuration.maximumPasswordBytes else { throw .passwordTooLong }
        let computation = Argon2id(password: password, salt: salt, secret: pepper?.secret, parameters: parameters)
        return try await pool.compute(inArenaOf: parameters.arenaBytes) { arena throws(PasswordHashError) in try computation.tag(in: arena) }
    }
}

/// The outcome of a verification.
public struct Verification: Sendable, Hashable {
    public let matches: Bool
    /// The password is right, but its hash was made with other parameters, without the pepper in force or with a former one.
    public let needsRehash: Bool

    public init(matches: Bool, needsRehash: Bool) {
        self.matches = matches
        self.needsRehash = needsRehash
    }
}
