import Database
import OAuthProtocol

/// Runs database work and turns what it throws into the one failure that a client may hear of.
func answering<T: Sendable>(_ work: () async throws -> T) async throws(OAuthFailure) -> T {
    do {
        return try await work()
    } catch let failure as OAuthFailure {
        throw failure
    } catch {
        throw OAuthFailure(ServerReference.unavailable, cause: "\(error)")
    }
}
