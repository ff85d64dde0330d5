import Foundation
import Primitives
import Testing

@testable import Pages

/// What the page tests share: one renderer, and one of every page in every state that looks different.
enum Sample {
    static func renderer(site: PageSite = PageSite(), overrideFolder: String? = nil) throws -> PageRenderer {
        try PageRenderer(site: site, overrideFolder: overrideFolder)
    }

    static let permits = AgencyLabel(name: "City Permits", uri: "https://permits.example/")
    static let context = PageContext(returnPath: "/sign-in?ticket=abc", formToken: "spare-token")

    /// 2026-11-23T14:05:09Z
    static let now = Instant(secondsSince1970: 1_795_442_709)

    static func signIn(_ problem: SignInProblem?, signedInAs: String? = nil) -> SignInPage {
        SignInPage(
            agency: permits, ticket: "ticket-1", formToken: "token-1", identifier: signedInAs == nil ? "" : "amina.haddad", problem: problem,
            signedInAs: signedInAs)
    }

    static let consent = ConsentPage(
        agency: permits, residentName: "Amina Haddad", ticket: "ticket-1",
        scopes: [
            ConsentScope(scope: "openid", values: [], required: true, alreadyGranted: false),
            ConsentScope(scope: "profile", values: ["Amina Haddad", "Amina Haddad", "1988-03-04"], required: false, alreadyGranted: false),
            ConsentScope(scope: "email", values: ["amina@example.org"], required: false, alreadyGranted: true),
            ConsentScope(scope: "phone", values: [], required: false, alreadyGranted: false),
            ConsentScope(scope: "offline_access", values: [], required: false, alreadyGranted: false),
        ],
        formToken: "token-1")

    static let home = HomePage(
        residentName: "Amina Haddad", username: "amina.haddad",
        agencies: [
            UsedAgency(
                name: "City Permits", clientURL: "https://permits.example/", firstUsed: Instant(secondsSince1970: 1_788_000_000), lastUsed: now,
                scopes: ["openid", "profile", "email"]),
            UsedAgency(
                name: "Family Benefits", clientURL: nil, firstUsed: Instant(secondsSince1970: 1_793_491_200), lastUsed: now, scopes: ["openid"]),
        ],
        signedInAt: now, expiresAt: now + .hours(12), formToken: "token-1")

    /// Every page, in every state that takes another path through its template, by a name for files and failures.
    static func pages() -> [(name: String, page: any Page)] {
        var pages: [(name: String, page: any Page)] = [
            ("sign-in", signIn(nil)),
            ("sign-in-plain", SignInPage(agency: nil, ticket: nil, formToken: "token-1", identifier: "amina.haddad")),
            ("sign-in-missing-identifier", signIn(.missingIdentifier)),
            ("sign-in-missing-password", signIn(.missingPassword)),
            ("sign-in-not-recognised", signIn(.notRecognised)),
            ("sign-in-delayed", signIn(.delayed(wait: .seconds(170)))),
            ("sign-in-busy", signIn(.busy(wait: .seconds(5)))),
            ("sign-in-again", signIn(.reauthenticate, signedInAs: "Amina Haddad")),
            ("consent", consent),
            (
                "consent-nothing-optional",
                ConsentPage(
                    agency: AgencyLabel(name: "Family Benefits"), residentName: "Amina Haddad", ticket: "ticket-1",
                    scopes: [ConsentScope(scope: "openid", values: [], required: true, alreadyGranted: false)], formToken: "token-1")
            ),
            (
                "choose-account",
                ChooseAccountPage(
                    agency: permits, ticket: "ticket-1", formToken: "token-1", accountName: "Amina Haddad", accountDetail: "amina.haddad")
            ),
            ("sign-out", SignOutPage(agencyName: "City Permits", logout: "logout-1", formToken: "token-1")),
            ("sign-out-plain", SignOutPage(agencyName: nil, logout: nil, formToken: "token-1")),
            ("signed-out", SignedOutPage(agency: permits, continueURL: "https://permits.example/bye")),
            ("signed-out-plain", SignedOutPage(agency: nil, continueURL: nil)),
            ("home", home),
            (
                "home-empty",
                HomePage(
                    residentName: "Amina Haddad", username: "amina.haddad", agencies: [], signedInAt: now, expiresAt: now, formToken: "token-1")
            ),
            ("form-post", FormPostPage(action: "https://permits.example/callback", pairs: [("code", "ptc_1"), ("state", "s")])),
        ]
        for kind in ErrorPage.Kind.allCases {
            let canRestart = kind == .lostBrowser || kind == .expired
            let page = ErrorPage(
                kind: kind, detail: kind == .invalidRequest ? "The parameter redirect_uri is not registered." : nil, reference: "K7Q2-M4XD",
                restart: canRestart ? RestartLink(url: "/authorize?client_id=permits") : nil)
            pages.append(("error-\(kind.rawValue)", page))
        }
        return pages
    }
}

extension PageRenderer {
    func renderAny(_ page: any Page, in language: Language, context: PageContext = Sample.context) -> RenderedPage {
        func open<P: Page>(_ page: P) -> RenderedPage { render(page, in: language, context: context) }
        return open(page)
    }
}
