import HTTPTypes
import Hummingbird
import Pages

/// The style sheet, the mark and the scripts, under names that change with their content, so that browsers keep them for good.
struct AssetRoutes {
    let pages: PageRenderer

    func add(to routes: RouterGroup<PorticoContext>) {
        for asset in pages.assets {
            let body = ByteBuffer(bytes: asset.bytes)
            routes.get(RouterPath(asset.path)) { _, _ in
                Response(
                    status: .ok,
                    headers: [
                        .contentType: asset.contentType, .cacheControl: "public, max-age=31536000, immutable", .eTag: asset.etag,
                    ],
                    body: .init(byteBuffer: body))
            }
        }
    }
}
