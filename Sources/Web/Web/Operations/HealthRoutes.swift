import HTTPTypes
import Hummingbird

/// What a supervisor asks: `/livez`, whether the process answers at all, and `/readyz`, whether it can serve.
struct HealthRoutes {
    let isReady: @Sendable () async -> Bool

    func add(to router: Router<PorticoContext>) {
        router.get("/livez") { _, _ in Self.text("live\n") }
        router.get("/readyz") { _, _ in
            await isReady() ? Self.text("ready\n") : Self.text("the database does not answer\n", status: .serviceUnavailable)
        }
    }

    private static func text(_ text: String, status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status, headers: [.contentType: "text/plain; charset=utf-8"], body: .init(byteBuffer: ByteBuffer(string: text)))
    }
}
