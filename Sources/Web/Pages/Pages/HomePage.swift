public import Primitives

/// The resident's own page: the agencies they have used, and this session. Signs out by posting `form_token` to `/sign-out`.
public struct HomePage: Page {
    public let residentName: String
    public let username: String
    public let agencies: [UsedAgency]
    public let signedInAt: Instant
    /// When the session ends at the latest.
    public let expiresAt: Instant
    public let formToken: String

    public init(residentName: String, username: String, agencies: [UsedAgency], signedInAt: Instant, expiresAt: Instant, formToken: String) {
        self.residentName = residentName
        self.username = username
        self.agencies = agencies
        self.signedInAt = signedInAt
        self.expiresAt = expiresAt
        self.formToken = formToken
    }

    public static let template = "home"
    public static let example = HomePage(
        residentName: "Amina Haddad", username: "amina",
        agencies: [
            UsedAgency(
                name: "City Permits", clientURL: "https://permits.example/", firstUsed: Instant(secondsSince1970: 0),
                lastUsed: Instant(secondsSince1970: 0), scopes: ["email"])
        ],
        signedInAt: Instant(secondsSince1970: 0), expiresAt: Instant(secondsSince1970: 0), formToken: "token")

    public func content(in texts: Texts) -> PageContent {
        PageContent(
            heading: texts.text("home.heading", ["name": residentName]), formToken: formToken,
            record: [
                "name": .text(residentName),
                "username": .text(username),
                "agencies": .list(agencies.map { $0.record(in: texts) }),
                "hasAgencies": .flag(!agencies.isEmpty),
                "signedIn": .time(signedInAt, in: texts),
                "expires": .time(expiresAt, in: texts),
            ])
    }
}

/// An agency that the resident has signed in to.
public struct UsedAgency: Sendable, Hashable {
    public let name: String
    public let clientURL: String?
    public let firstUsed: Instant
    /// Known to the hour, so shown as a day.
    public let lastUsed: Instant
    /// What it may learn.
    public let scopes: [String]

    public init(name: String, clientURL: String?, firstUsed: Instant, lastUsed: Instant, scopes: [String]) {
        self.name = name
        self.clientURL = clientURL
        self.firstUsed = firstUsed
        self.lastUsed = lastUsed
        self.scopes = scopes
    }

    func record(in texts: Texts) -> PageRecord {
        // Every agency knows its residents by a pseudonym; that is not worth a word in a list of details.
        let shared = scopes.filter { $0 != "openid" }.map { ConsentScope.shortName($0, in: texts) }
        return [
            "agency": .text(name),
            "address": .address(clientURL),
            "first": .time(firstUsed, in: texts),
            "last": .day(lastUsed, in: texts),
            "shared": PageValue(shared.isEmpty ? nil : shared.joined(separator: texts.text("list_separator"))),
        ]
    }
}

extension PageValue {
    /// A point in time for people and for machines.
    static func time(_ instant: Instant, in texts: Texts) -> PageValue {
        .record(["written": .text(texts.dateAndTime(instant)), "machine": .text(CalendarTime(instant).machineReadable)])
    }

    /// The day of a point in time, in UTC.
    static func day(_ instant: Instant, in texts: Texts) -> PageValue {
        .record(["written": .text(texts.date(instant)), "machine": .text(CalendarTime(instant).dateText)])
    }
}
