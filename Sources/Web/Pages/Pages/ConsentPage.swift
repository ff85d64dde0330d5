/// Asks what an agency may learn. Posts `ticket`, `form_token`, one `scope_<name>=on` for each box that is ticked, and
/// `decision=allow` or `decision=deny` to `/consent`.
public struct ConsentPage: Page {
    public let agency: AgencyLabel
    public let residentName: String
    public let ticket: String
    public let scopes: [ConsentScope]
    public let formToken: String

    public init(agency: AgencyLabel, residentName: String, ticket: String, scopes: [ConsentScope], formToken: String) {
        self.agency = agency
        self.residentName = residentName
        self.ticket = ticket
        self.scopes = scopes
        self.formToken = formToken
    }

    public static let template = "consent"
    public static let example = ConsentPage(
        agency: .example, residentName: "Amina Haddad", ticket: "ticket",
        scopes: [
            ConsentScope(scope: "openid", values: ["x"], required: true, alreadyGranted: true),
            ConsentScope(scope: "email", values: ["amina@example.org"], required: false, alreadyGranted: true),
        ],
        formToken: "token")

    public func content(in texts: Texts) -> PageContent {
        PageContent(
            heading: texts.text("consent.heading", ["agency": agency.name]), formToken: formToken,
            record: [
                "agency": .text(agency.name),
                "agencyHost": PageValue(agency.uri.flatMap(WebAddress.init)?.host),
                "name": .text(residentName),
                "ticket": .text(ticket),
                "always": .list(scopes.filter(\.required).map { $0.record(for: agency, in: texts) }),
                "choices": .list(scopes.filter { !$0.required }.map { $0.record(for: agency, in: texts) }),
                "hasAlways": .flag(scopes.contains(where: \.required)),
                "hasChoices": .flag(!scopes.allSatisfy(\.required)),
            ])
    }
}

/// One scope, explained.
public struct ConsentScope: Sendable, Hashable {
    /// `openid`, `profile`, `email`, `address`, `phone`, `offline_access` or an agency's own.
    public let scope: String
    /// What would be shared right now. Dates (`1988-03-04`) are shown as the language writes them, equal values once.
    public let values: [String]
    /// Shared or nothing is: there is no box to untick.
    public let required: Bool
    /// The resident allowed it before.
    public let alreadyGranted: Bool

    public init(scope: String, values: [String], required: Bool, alreadyGranted: Bool) {
        self.scope = scope
        self.values = values
        self.required = required
        self.alreadyGranted = alreadyGranted
    }

    private static let withData: Set = ["profile", "email", "address", "phone"]
    /// Whose values are written from left to right in every language: nothing in `+44 1632` says so by itself.
    private static let leftToRight: Set = ["email", "phone"]
    private static let explained: Set = ["openid", "profile", "email", "address", "phone", "offline_access"]

    func record(for agency: AgencyLabel, in texts: Texts) -> PageRecord {
        let key = Self.explained.contains(scope) ? scope : "other"
        var shown: [String] = []
        for value in values.map({ texts.date(fromISO: $0) ?? $0 }) where !shown.contains(value) { shown.append(value) }
        return [
            "scope": .text(scope),
            "label": .text(texts.text("scope.\(key).title", ["scope": scope])),
            "explanation": .text(texts.text("scope.\(key).text", ["agency": agency.name])),
            "values": .list(shown.map { ["value": .text($0)] }),
            "hasValues": .flag(!shown.isEmpty),
            "isLeftToRight": .flag(Self.leftToRight.contains(scope)),
            "isEmpty": .flag(shown.isEmpty && Self.withData.contains(scope)),
            "alreadyGranted": .flag(alreadyGranted),
        ]
    }

    /// The scope in a few words, for a list.
    static func shortName(_ scope: String, in texts: Texts) -> String {
        explained.contains(scope) ? texts.text("scope.\(scope).short") : scope
    }
}
