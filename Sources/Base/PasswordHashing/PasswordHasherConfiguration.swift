public import Cryptography

/// What a `PasswordHasher` works with; read once, when it is made.
public struct PasswordHasherConfiguration: Sendable {
    /// Threads that hash; at least 1. The memory in use stays at `workers` × `parameters.memoryKiB`; where heavier foreign hashes
    /// are verified, at `workers` × `foreignLimits.memoryKiB`.
    public var workers: Int
    /// Jobs that may wait while every worker is busy; the next one is answered `busy`.
    public var queueLimit: Int
    /// What new hashes are made with. A hash made with others is reported as `needsRehash`.
    public var parameters: Argon2Parameters
    /// Goes in as Argon2's secret K (RFC 9106 §3.1); a hash names it by its `keyid`. Nil: hashes are made without one.
    public var pepper: Secret?
    /// Peppers of hashes not yet renewed: they verify, and are reported as `needsRehash`.
    public var formerPeppers: [Secret]
    /// Longer passwords are refused before anything is computed.
    public var maximumPasswordBytes: Int
    /// An arena without work for this long goes back to the system.
    public var arenaIdle: Duration
    /// The heaviest foreign hash that is verified.
    public var foreignLimits: ForeignHashLimits

    public init(
        workers: Int = 2, queueLimit: Int = 32, parameters: Argon2Parameters = .standard, pepper: Secret? = nil,
        formerPeppers: [Secret] = [], maximumPasswordBytes: Int = 1024, arenaIdle: Duration = .seconds(10),
        foreignLimits: ForeignHashLimits = ForeignHashLimits()
    ) {
        self.workers = workers
        self.queueLimit = queueLimit
        self.parameters = parameters
        self.pepper = pepper
        self.formerPeppers = formerPeppers
        self.maximumPasswordBytes = maximumPasswordBytes
        self.arenaIdle = arenaIdle
        self.foreignLimits = foreignLimits
    }
}

/// The bounds within which a hash with parameters other than ours is verified, so that an imported one can neither exhaust
/// memory nor hold a worker for minutes. What the configuration itself asks for is always within them.
public struct ForeignHashLimits: Sendable {
    /// Memory m, in KiB.
    public var memoryKiB: Int
    /// Blocks of 1 KiB computed in all, m × t: the measure of the time a hash takes.
    public var blocks: Int
    /// Lanes p.
    public var parallelism: Int

    /// Four times the memory and eight times the work of the standard parameters, and up to 16 lanes.
    public init(memoryKiB: Int = 262_144, blocks: Int = 1_572_864, parallelism: Int = 16) {
        self.memoryKiB = memoryKiB
        self.blocks = blocks
        self.parallelism = parallelism
    }

    func admit(_ parameters: Argon2Parameters) -> Bool {
        parameters.memoryKiB <= memoryKiB && parameters.iterations <= blocks / parameters.memoryKiB && parameters.parallelism <= parallelism
    }
}
