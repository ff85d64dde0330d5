import Primitives
import Testing

@testable import Pages

@Suite("What the pages say and send")
struct PageContentTests {
    let renderer: PageRenderer

    init() throws {
        renderer = try Sample.renderer()
    }

    private func html(_ page: some Page, in language: Language = .english) -> String {
        renderer.render(page, in: language, context: Sample.context).text
    }

    @Test("the sign-in form has the fields, tokens and hints that password managers and phones look for")
    func signInFields() {
        let page = html(Sample.signIn(nil))
        #expect(page.contains("action=\"/sign-in\""))
        #expect(page.contains("name=\"form_token\" value=\"token-1\"") && page.contains("name=\"ticket\" value=\"ticket-1\""))
        for field in ["id=\"identifier\" name=\"identifier\" type=\"text\"", "id=\"password\" name=\"password\" type=\"password\""] {
            #expect(page.contains(field))
        }
        #expect(page.contains("autocomplete=\"username\" autocapitalize=\"none\"") && page.contains("autocomplete=\"current-password\""))
        #expect(page.occurrences(of: "spellcheck=\"false\"") == 2)
        #expect(!page.contains("maxlength") && !page.contains("pattern="))
        #expect(!html(SignInPage(agency: nil, ticket: nil, formToken: "t")).contains("name=\"ticket\""))
    }

    @Test(
        "an error says so in the title, in a summary that is announced, and links to the field at fault",
        arguments: [
            (SignInProblem.missingIdentifier, "identifier"), (.missingPassword, "password"), (.notRecognised, "identifier"),
            (.delayed(wait: .seconds(90)), "identifier"), (.busy(wait: .seconds(2)), "identifier"),
        ])
    func errorSummary(problem: SignInProblem, field: String) {
        let rendered = renderer.render(Sample.signIn(problem), in: .english)
        #expect(rendered.title.hasPrefix("Error: Sign in to"))
        #expect(rendered.text.contains("role=\"alert\" tabindex=\"-1\" autofocus"))
        #expect(rendered.text.contains("<a href=\"#\(field)\""))
        let isFieldAtFault = problem == .missingIdentifier || problem == .missingPassword
        #expect(rendered.text.contains("aria-invalid=\"true\" aria-describedby=\"\(field)-problem\"") == isFieldAtFault)
    }

    @Test("a notice is no error")
    func notices() {
        let rendered = renderer.render(Sample.signIn(.reauthenticate), in: .english)
        #expect(!rendered.title.contains("Error") && !rendered.text.contains("role=\"alert\""))
        #expect(rendered.text.contains("<p class=\"notice\" role=\"status\">"))
    }

    @Test("a wait is told in words", arguments: [(Language.english, "Wait \u{2068}3 minutes\u{2069}"), (.arabic, "انتظر \u{2068}3 دقائق\u{2069}")])
    func waiting(language: Language, words: String) {
        #expect(html(Sample.signIn(.delayed(wait: .seconds(170))), in: language).contains(words))
    }

    @Test("whoever signs in again cannot change the identifier, and is asked for the password")
    func signInAgain() {
        let page = html(Sample.signIn(.reauthenticate, signedInAs: "Amina Haddad"))
        #expect(page.contains("<h1>Sign in again</h1>") && page.contains("value=\"amina.haddad\"") && page.contains(" readonly"))
        #expect(!html(Sample.signIn(nil)).contains("readonly"))
        #expect(html(Sample.signIn(.notRecognised, signedInAs: "Amina Haddad")).contains("<a href=\"#password\""))
    }

    @Test("consent has one ticked box with a name of its own for each optional scope, none for what is required, and two plain buttons")
    func consent() {
        let page = html(Sample.consent)
        for scope in ["profile", "email", "phone", "offline_access"] {
            #expect(page.contains("name=\"scope_\(scope)\" value=\"on\" aria-describedby=\"about_\(scope)\" checked>"))
        }
        #expect(page.occurrences(of: "type=\"checkbox\"") == 4)
        #expect(!page.contains("scope_openid"))
        #expect(
            page.contains("name=\"decision\" value=\"allow\">Allow</button>")
                && page.contains("name=\"decision\" value=\"deny\">Do not allow</button>"))
        #expect(page.contains("<bdi dir=\"ltr\">amina@example.org</bdi>") && page.contains("<bdi>4 March 1988</bdi>"))
        #expect(page.occurrences(of: "<bdi>Amina Haddad</bdi></li>") == 1)
        #expect(page.contains("We hold nothing here yet") && page.occurrences(of: "You allowed this before.") == 1)
        #expect(page.contains("permits.example"))
    }

    @Test("a phone number keeps its plus sign in front, also between Arabic words")
    func direction() {
        let scopes = [
            ConsentScope(scope: "phone", values: ["+441632960961"], required: false, alreadyGranted: false),
            ConsentScope(scope: "address", values: ["1 Harbour Road"], required: false, alreadyGranted: false),
        ]
        let page = html(ConsentPage(agency: Sample.permits, residentName: "A", ticket: "t", scopes: scopes, formToken: "f"), in: .arabic)
        #expect(page.contains("<bdi dir=\"ltr\">+441632960961</bdi>") && page.contains("<bdi>1 Harbour Road</bdi>"))
    }

    @Test("a scope that we have no words for is shown by its name")
    func unknownScope() {
        let scope = ConsentScope(scope: "https://tax.example/read", values: [], required: false, alreadyGranted: false)
        let page = ConsentPage(agency: Sample.permits, residentName: "A", ticket: "t", scopes: [scope], formToken: "f")
        #expect(html(page).contains("Something else: \u{2068}https://tax.example/read\u{2069}"))
    }

    @Test("the other decisions have a button each")
    func decisions() {
        let choose = html(ChooseAccountPage(agency: Sample.permits, ticket: "t", formToken: "f", accountName: "A", accountDetail: "a"))
        #expect(choose.contains("action=\"/choose-account\"") && choose.contains("value=\"continue\"") && choose.contains("value=\"other\""))
        let signOut = html(SignOutPage(agencyName: nil, logout: "l", formToken: "f"))
        #expect(signOut.contains("action=\"/logout/confirm\"") && signOut.contains("value=\"sign_out\"") && signOut.contains("value=\"stay\""))
        #expect(signOut.contains("name=\"logout\" value=\"l\""))
        #expect(html(Sample.home).contains("action=\"/sign-out\""))
    }

    @Test("every kind of error has a heading, what happened, what to do and the reference, in every language", arguments: ErrorPage.Kind.allCases)
    func errors(kind: ErrorPage.Kind) throws {
        for language in Language.all {
            let page = ErrorPage(kind: kind, detail: "D", reference: "K7Q2-M4XD", restart: RestartLink(url: "/authorize?x=1&y=2"))
            let content = page.content(in: try texts(language))
            for name in ["heading", "happened", "next"] {
                guard case .text(let text)? = content.record[name] else { continue }
                #expect(!text.isEmpty, "\(name)")
            }
            let rendered = renderer.render(page, in: language)
            #expect(rendered.text.contains("<code dir=\"ltr\">K7Q2-M4XD</code>"))
            #expect(rendered.text.contains("href=\"/authorize?x=1&amp;y=2\""))
        }
        #expect(renderer.render(ErrorPage(kind: kind, reference: "R"), in: .english).title.hasPrefix("Error: "))
    }

    private func texts(_ language: Language) throws -> Texts {
        try Texts(json: PageFolder(overrideFolder: nil).language(language), language: language, operatorName: "Portico")
    }

    @Test("the home page lists agencies with machine-readable dates and what they may see")
    func home() {
        let page = html(Sample.home)
        #expect(page.contains("<time datetime=\"2026-11-23T14:05:09Z\">23 November 2026, 14:05 UTC</time>"))
        #expect(page.contains("<time datetime=\"2026-11-23\">23 November 2026</time>"))
        #expect(page.contains("name and birth date, email address"))
        #expect(page.contains("<a href=\"https://permits.example/\"><bdi>City Permits</bdi></a>"))
        #expect(page.contains("<h3><bdi>Family Benefits</bdi></h3>"))
    }

    @Test("a form post carries its pairs and works with a button")
    func formPost() {
        let page = html(FormPostPage(action: "https://permits.example/cb?x=1", pairs: [("code", "a\"b"), ("state", "s")]))
        #expect(page.contains("action=\"https://permits.example/cb?x=1\""))
        #expect(
            page.contains("name=\"code\" value=\"a&quot;b\"") && page.contains("name=\"state\" value=\"s\"") && page.contains(">Continue</button>"))
        #expect(page.contains("/assets/form-post."))
    }

    @Test("the policy allows only ourselves and the places a form may end up at")
    func policy() {
        let plain =
            "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        #expect(PageRenderer.contentSecurityPolicy(formActions: []) == plain)
        #expect(
            PageRenderer.contentSecurityPolicy(formActions: ["https://a.example", "com.example.app:"]).contains(
                "form-action 'self' https://a.example com.example.app:;"))
        for source in ["*", "https://*", "https://a; script-src *", "'unsafe-inline'", "https://a b", "a", "https://a,b:", "https://ä:"] {
            #expect(PageRenderer.contentSecurityPolicy(formActions: [source]) == plain, "\(source)")
        }
    }
}
