/// Why a password was not hashed or verified. None of the cases carries anything of the password or of a hash.
public enum PasswordHashError: Error, Sendable, Hashable {
    /// The password has more bytes than the configuration admits; nothing was computed.
    case passwordTooLong
    /// The text is not a PHC string of Argon2.
    case malformedHash
    /// A PHC string that is well formed but not ours to verify: another algorithm or version, parameters beyond the limits in
    /// force, or a pepper that the configuration does not hold.
    case unsupportedHash
    /// Parameters outside the bounds of RFC 9106 §3.1.
    case parameters
    /// libargon2 or the system refused: no memory for an arena, no thread for a worker.
    case failed
    /// As many jobs wait as the configuration admits. Whole seconds, at least one, after which a place should be free.
    case busy(retryAfter: Duration)
    /// The task that waited was cancelled before its job had started.
    case cancelled
    /// The hasher was shut down before the job was accepted.
    case stopped
}
