/// Asks before signing out, so that a link on another site cannot do it. Posts `logout`, `form_token` and `decision=sign_out` or
/// `decision=stay` to `/logout/confirm`.
public struct SignOutPage: Page {
    /// The agency that asked, where it is known.
    public let agencyName: String?
    /// The sealed logout request, handed back unread.
    public let logout: String?
    public let formToken: String

    public init(agencyName: String?, logout: String?, formToken: String) {
        self.agencyName = agencyName
        self.logout = logout
        self.formToken = formToken
    }

    public static let template = "sign-out"
    public static let example = SignOutPage(agencyName: "City Permits", logout: "logout", formToken: "token")

    public func content(in texts: Texts) -> PageContent {
        PageContent(
            heading: texts.text("sign_out.heading"), formToken: formToken,
            record: ["agency": PageValue(agencyName), "logout": PageValue(logout)])
    }
}

/// Says that the resident is signed out, and shows the way on.
public struct SignedOutPage: Page {
    public let agency: AgencyLabel?
    /// Where the agency wants the resident to come back to.
    public let continueURL: String?

    public init(agency: AgencyLabel?, continueURL: String?) {
        self.agency = agency
        self.continueURL = continueURL
    }

    public static let template = "signed-out"
    public static let example = SignedOutPage(agency: .example, continueURL: "https://permits.example/bye")

    public func content(in texts: Texts) -> PageContent {
        let address = PageValue.address(continueURL ?? agency?.uri)
        return PageContent(
            heading: texts.text("signed_out.heading"), record: ["agency": .agency(agency), "continueAddress": address])
    }
}
