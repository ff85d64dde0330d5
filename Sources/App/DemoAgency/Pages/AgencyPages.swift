import Foundation
import Mustache
import Primitives

/// The agency's pages: typed values in, HTML out. The templates and the style sheet are this target's resources.
struct AgencyPages: Sendable {
    let styleSheet: String
    let icon: String
    private let library: MustacheLibrary
    private let frame: Frame

    /// What every page shows around its content.
    struct Frame: Sendable {
        let agency: String
        let tagline: String
        let accent: String
        let issuer: String
    }

    struct Welcome: Sendable {
        let frame: Frame
    }

    struct Resident: Sendable {
        let frame: Frame
        let greeting: String
        let pseudonym: String
        let signedInAt: String
        let signedInAtMachine: String
        let hasAuthenticationTime: Bool
        let authenticatedAt: String
        let authenticatedAtMachine: String
        let claims: [ClaimRow]
    }

    struct SignedOut: Sendable {
        let frame: Frame
        let everywhere: Bool
    }

    struct Problem: Sendable {
        let frame: Frame
        let title: String
        let happened: String
        let advice: String
        let reference: String
    }

    enum LoadError: Error { case missing(String) }

    init(agency: Agency) async throws {
        let folder = Bundle.module.bundlePath + "/Resources"
        library = try await MustacheLibrary(directory: folder + "/templates")
        for name in ["welcome", "resident", "signed-out", "problem", "head", "foot"] where library.getTemplate(named: name) == nil {
            throw LoadError.missing(name)
        }
        styleSheet = try String(contentsOfFile: folder + "/agency.css", encoding: .utf8)
        icon = try String(contentsOfFile: folder + "/icon.svg", encoding: .utf8)
        frame = Frame(agency: agency.name, tagline: agency.tagline, accent: agency.accent.rawValue, issuer: agency.issuer)
    }

    func welcome() -> String { render(Welcome(frame: frame), "welcome") }

    func resident(_ resident: SignedInResident) -> String {
        let authenticated = resident.idToken.authenticatedAt
        let page = Resident(
            frame: frame, greeting: resident.displayName.map { "Welcome, \($0.separated)" } ?? "Welcome",
            pseudonym: resident.pseudonym.separated,
            signedInAt: TimeText.minute(resident.signedInAt), signedInAtMachine: TimeText.machine(resident.signedInAt),
            hasAuthenticationTime: authenticated != nil, authenticatedAt: authenticated.map(TimeText.minute) ?? "",
            authenticatedAtMachine: authenticated.map(TimeText.machine) ?? "", claims: ClaimRow.rows(for: resident))
        return render(page, "resident")
    }

    func signedOut(everywhere: Bool) -> String { render(SignedOut(frame: frame, everywhere: everywhere), "signed-out") }

    func problem(_ text: (title: String, happened: String, advice: String), reference: String) -> String {
        render(Problem(frame: frame, title: text.title, happened: text.happened, advice: text.advice, reference: reference), "problem")
    }

    /// Every template was found when the pages were loaded, so there is always something to render.
    private func render(_ page: some Sendable, _ template: String) -> String { library.render(page, withTemplate: template) ?? "" }
}
