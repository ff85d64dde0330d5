/// Asks whether to go on with the account that is signed in (`prompt=select_account`). Posts `ticket`, `form_token` and
/// `decision=continue` or `decision=other` to `/choose-account`.
public struct ChooseAccountPage: Page {
    public let agency: AgencyLabel
    public let ticket: String
    public let formToken: String
    public let accountName: String
    /// A second line that tells two accounts of one name apart, for example the username.
    public let accountDetail: String

    public init(agency: AgencyLabel, ticket: String, formToken: String, accountName: String, accountDetail: String) {
        self.agency = agency
        self.ticket = ticket
        self.formToken = formToken
        self.accountName = accountName
        self.accountDetail = accountDetail
    }

    public static let template = "choose-account"
    public static let example = ChooseAccountPage(
        agency: .example, ticket: "ticket", formToken: "token", accountName: "Amina Haddad", accountDetail: "amina")

    public func content(in texts: Texts) -> PageContent {
        PageContent(
            heading: texts.text("choose_account.heading"), formToken: formToken,
            record: [
                "agency": .text(agency.name),
                "ticket": .text(ticket),
                "name": .text(accountName),
                "detail": .text(accountDetail),
            ])
    }
}
