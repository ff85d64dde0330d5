internal import Cryptography
internal import PasswordHashing

/// The three things a sign-in asks of a password hasher.
struct PasswordChecks: Sendable {
    let hash: @Sendable (Secret) async throws(PasswordHashError) -> PasswordHash
    let verify: @Sendable (Secret, PasswordHash) async throws(PasswordHashError) -> Verification
    let verifyNothing: @Sendable (Secret) async throws(PasswordHashError) -> Void
}

extension PasswordChecks {
    init(_ hasher: PasswordHasher) {
        hash = { password async throws(PasswordHashError) in try await hasher.hash(password) }
        verify = { password, hash async throws(PasswordHashError) in try await hasher.verify(password, against: hash) }
        verifyNothing = { password async throws(PasswordHashError) in try await hasher.verifyNothing(password) }
    }
}
