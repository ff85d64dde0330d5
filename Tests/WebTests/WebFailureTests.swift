import AuditLog
import Database
import HTTPTypes
import OAuthProtocol
import Provider
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

@Suite struct SecurityNoticeTests {
    @Test("a refusal that may be an attack is noted under its kind")
    func kinds() {
        #expect(WebFailure.json(OAuthFailure(GrantReference.codeReplayed)).notice == .authorizationCodeReplayed)
        #expect(WebFailure.json(OAuthFailure(GrantReference.refreshTokenReplayed)).notice == .refreshTokenReplayed)
        #expect(WebFailure.json(OAuthFailure(GrantReference.clientNotAuthenticated)).notice == .clientRefused)
        #expect(WebFailure.json(OAuthFailure(CredentialsReference.severalMethods)).notice == .clientRefused)
        #expect(WebFailure(AuthorizationFailure.page(OAuthFailure(FlowReference.redirectURIUnregistered))).notice == .redirectURIRefused)
        #expect(WebFailure.page(.lostBrowser, status: .forbidden).notice == .formRefused)
    }

    @Test("everyday mistakes are not noted")
    func mistakes() {
        #expect(WebFailure.json(OAuthFailure(GrantReference.codeInvalid)).notice == nil)
        #expect(WebFailure.page(.unknownPage, status: .notFound).notice == nil)
    }

    @Test("who replays a code or refresh token is told what anyone with a wrong one is told")
    func replaysLookAlike() {
        #expect(GrantReference.codeReplayed.meaning == GrantReference.codeInvalid.meaning)
        #expect(GrantReference.refreshTokenReplayed.meaning == GrantReference.refreshTokenInvalid.meaning)
    }
}
