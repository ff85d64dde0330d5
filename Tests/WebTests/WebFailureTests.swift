import Database
import HTTPTypes
import Residents
import Testing

@testable import Web

@Suite struct WebFailureTests {
    @Test(
        "a database or a password hash that cannot be had is 503 at a page, not an error of the program",
        arguments: [ResidentError.database(.unavailable("locked")), .database(.unavailable("full")), .hashing(.failed)])
    func unavailable(_ error: ResidentError) {
        guard case .page(.unavailable, let status, let cause, _) = WebFailure(error) else {
            Issue.record("not the page that says so")
            return
        }
        #expect(status == .serviceUnavailable)
        #expect(cause?.publicText?.contains("locked") == false)
    }
}
