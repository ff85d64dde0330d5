import Cryptography
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import OAuthProtocol
import Primitives
import Synchronization
import Testing

/// A browser for tests: it keeps cookies, reads forms out of pages and sends them, and follows redirects that stay with us.
final class Browser: Sendable {
    let client: any TestClientProtocol
    let house: House
    private let jar = Mutex<[String: String]>([:])

    init(client: any TestClientProtocol, house: House) {
        self.client = client
        self.house = house
    }

    var cookies: [String: String] {
        get { jar.withLock { $0 } }
        set { jar.withLock { $0 = newValue } }
    }

    func get(_ target: String, headers: HTTPFields = [:]) async throws -> Answer {
        try await send(.get, target, headers: headers, body: nil)
    }

    func post(_ target: String, _ pairs: [(String, String)], headers: HTTPFields = [:]) async throws -> Answer {
        try await post(target, body: FormEncoding.encode(pairs), headers: headers)
    }

    func post(
        _ target: String, body: String, headers: HTTPFields = [:], contentType: String = "application/x-www-form-urlencoded"
    ) async throws -> Answer {
        var headers = headers
        headers[.contentType] = contentType
        return try await send(.post, target, headers: headers, body: body)
    }

    func head(_ target: String) async throws -> Answer {
        try await send(.head, target, headers: [:], body: nil)
    }

    /// Somebody else's browser, or the same one after its cookies were lost.
    func another() -> Browser { Browser(client: client, house: house) }

    /// Sends the page's first form, or the one that leads to `action`, with `fields` in place of what is in it.
    func submit(
        _ page: Answer, action: String? = nil, _ fields: [String: String], headers: HTTPFields = [:]
    ) async throws -> Answer {
        let form = try #require(page.forms.first { action == nil || $0.action == action }, "no such form on the page: \(page.text)")
        var values = form.fields
        for (name, value) in fields { values[name] = value }
        return try await post(form.action, values.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }, headers: headers)
    }

    /// Follows the link by which an error page lets the resident begin again.
    func startAgain(_ page: Answer) async throws -> Answer {
        try await get(try #require(page.link, "no way to start again: \(page.text)"))
    }

    /// Follows redirects while they stay on our own paths.
    func follow(_ answer: Answer) async throws -> Answer {
        var answer = answer
        for _ in 0..<5 {
            guard let location = answer.location, location.hasPrefix("/") else { return answer }
            answer = try await get(location)
        }
        return answer
    }

    private func send(_ method: HTTPRequest.Method, _ target: String, headers: HTTPFields, body: String?) async throws -> Answer {
        var headers = headers
        let kept = cookies
        if !kept.isEmpty { headers[.cookie] = kept.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: "; ") }
        let response = try await client.execute(uri: target, method: method, headers: headers, body: body.map { ByteBuffer(string: $0) })
        for cookie in response.headers[values: .setCookie] { keep(cookie) }
        return Answer(status: response.status, headers: response.headers, text: String(buffer: response.body))
    }

    private func keep(_ cookie: String) {
        let pair = cookie.prefix { $0 != ";" }
        guard let equals = pair.firstIndex(of: "=") else { return }
        let name = String(pair[..<equals])
        jar.withLock { $0[name] = cookie.contains("Max-Age=0") ? nil : String(pair[pair.index(after: equals)...]) }
    }
}

/// What came back.
struct Answer: Sendable {
    let status: HTTPResponse.Status
    let headers: HTTPFields
    let text: String

    var location: String? { headers[.location] }

    /// The body as a JSON object; empty where it is none.
    var json: JSONObject { (try? JSONValue(parsing: text))?.objectValue ?? JSONObject() }

    /// A parameter of the redirect's query.
    func redirected(_ name: String) -> String? {
        guard let location, let mark = location.firstIndex(of: "?") else { return nil }
        return (try? FormParameters(urlEncoded: String(location[location.index(after: mark)...])))?[name]
    }

    /// Whether this is a page for a person, and leads nowhere by itself.
    var isPage: Bool { headers[.contentType] == "text/html; charset=utf-8" && location == nil }

    func hasForm(_ action: String) -> Bool { forms.contains { $0.action == action } }

    /// Where the page's button-like link leads.
    var link: String? { text.components(of: "<a class=\"button\"", to: ">").first?.attribute("href") }

    /// The style sheets, scripts and images of the page.
    var assets: [String] {
        text.components(of: "<link", to: ">").compactMap { $0.attribute("href") }
            + text.components(of: "<script", to: ">").compactMap { $0.attribute("src") }
            + text.components(of: "<img", to: ">").compactMap { $0.attribute("src") }
    }

    struct Form: Sendable {
        let action: String
        let fields: [String: String]
    }

    /// The forms of a page with their hidden fields and ticked boxes.
    var forms: [Form] {
        text.components(of: "<form", to: "</form>").map { form in
            var fields: [String: String] = [:]
            for input in form.components(of: "<input", to: ">") {
                guard let name = input.attribute("name") else { continue }
                switch input.attribute("type") {
                case "checkbox" where !input.contains(" checked"): break
                case "checkbox": fields[name] = input.attribute("value") ?? "on"
                default: fields[name] = input.attribute("value") ?? ""
                }
            }
            return Form(action: form.attribute("action") ?? "", fields: fields)
        }
    }
}

extension String {
    fileprivate func components(of start: String, to end: String) -> [String] {
        var found: [String] = []
        var rest = self[...]
        while let from = rest.firstRange(of: start), let until = rest[from.upperBound...].firstRange(of: end) {
            found.append(String(rest[from.lowerBound..<until.lowerBound]))
            rest = rest[until.upperBound...]
        }
        return found
    }

    fileprivate func attribute(_ name: String) -> String? {
        guard let from = firstRange(of: " \(name)=\"") else { return nil }
        return String(self[from.upperBound...].prefix { $0 != "\"" })
            .replacing("&quot;", with: "\"").replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&#39;", with: "'")
            .replacing("&#x27;", with: "'").replacing("&#x2F;", with: "/").replacing("&#x3D;", with: "=").replacing("&amp;", with: "&")
    }
}
