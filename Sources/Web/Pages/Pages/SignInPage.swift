/// Asks for username and password. Posts `ticket`, `form_token`, `identifier` and `password` to `/sign-in`.
public struct SignInPage: Page {
    /// The agency that sent the resident here, if one did.
    public let agency: AgencyLabel?
    /// The sealed pending request, handed back unread.
    public let ticket: String?
    public let formToken: String
    /// What stands in the first field: a `login_hint`, or what was typed before.
    public let identifier: String
    public let problem: SignInProblem?
    /// The name of whoever is signed in already and has to prove it again; the identifier is then fixed.
    public let signedInAs: String?

    public init(
        agency: AgencyLabel?, ticket: String?, formToken: String, identifier: String = "", problem: SignInProblem? = nil,
        signedInAs: String? = nil
    ) {
        self.agency = agency
        self.ticket = ticket
        self.formToken = formToken
        self.identifier = identifier
        self.problem = problem
        self.signedInAs = signedInAs
    }

    public static let template = "sign-in"
    public static let example = SignInPage(
        agency: .example, ticket: "ticket", formToken: "token", identifier: "amina", problem: .missingPassword,
        signedInAs: "Amina Haddad")

    public func content(in texts: Texts) -> PageContent {
        let agencyName = agency.map { ["agency": $0.name] } ?? [:]
        let heading =
            signedInAs != nil
            ? texts.text("sign_in.heading_again") : texts.text(agency == nil ? "sign_in.heading" : "sign_in.heading_agency", agencyName)
        let isIdentifierAtFault = problem == .missingIdentifier
        let isPasswordAtFault = problem == .missingPassword
        return PageContent(
            heading: heading, isProblem: problem?.isError ?? false, formToken: formToken,
            record: [
                "agency": .agency(agency),
                "ticket": PageValue(ticket),
                "identifier": .text(identifier),
                "isFixed": .flag(signedInAs != nil && !identifier.isEmpty),
                "name": PageValue(signedInAs),
                "error": PageValue(problem.flatMap { $0.isError ? $0.message(in: texts) : nil }),
                "errorTarget": .text(isPasswordAtFault || signedInAs != nil ? "password" : "identifier"),
                "notice": PageValue(problem.flatMap { $0.isError ? nil : $0.message(in: texts) }),
                "identifierError": .flag(isIdentifierAtFault),
                "passwordError": .flag(isPasswordAtFault),
            ])
    }
}

/// Why the sign-in page is shown again.
public enum SignInProblem: Sendable, Hashable {
    case missingIdentifier
    case missingPassword
    /// No such account, or not its password: the page never says which.
    case notRecognised
    /// Too many failures; the next try counts after this wait.
    case delayed(wait: Duration)
    /// More sign-ins than the server can check at once.
    case busy(wait: Duration)
    /// The agency, or the age of the session, asks for a fresh sign-in.
    case reauthenticate

    /// Whether something went wrong, rather than something having to be said.
    var isError: Bool { self != .reauthenticate }

    func message(in texts: Texts) -> String {
        switch self {
        case .missingIdentifier: texts.text("sign_in.missing_identifier")
        case .missingPassword: texts.text("sign_in.missing_password")
        case .notRecognised: texts.text("sign_in.not_recognised")
        case .delayed(let wait): texts.text("sign_in.delayed", ["wait": texts.words(for: wait)])
        case .busy(let wait): texts.text("sign_in.busy", ["wait": texts.words(for: wait)])
        case .reauthenticate: texts.text("sign_in.reauthenticate")
        }
    }
}
