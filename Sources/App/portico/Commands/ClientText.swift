import Domain
import OAuthProtocol
import Primitives
import Provider

/// Agencies and changes to them, for people and for machines. A secret is in neither form, except right after it was made.
enum ClientText {
    static func table(of clients: [Client]) -> String {
        var table = Table("CLIENT ID", "NAME", "AUTHENTICATION", "ID TOKEN", "UPDATED")
        for client in clients {
            table.add(
                client.id.rawValue, client.metadata.clientName, client.metadata.tokenEndpointAuthMethod.rawValue,
                client.metadata.idTokenSignedResponseAlg.rawValue, TimeText.second(client.updatedAt))
        }
        return table.isEmpty ? "There are no agencies yet. Register one with `portico clients add`." : table.text(styled: Terminal.isStyled)
    }

    static func listing(of client: Client) -> Listing {
        var listing = Listing()
        listing.add("client_id", client.id.rawValue)
        for (name, value) in client.metadata.json.members { listing.add(name, plain(value)) }
        listing.add("secret", client.secretDigest == nil ? "none" : "kept as a digest")
        listing.add("created", TimeText.second(client.createdAt))
        listing.add("updated", TimeText.second(client.updatedAt))
        return listing
    }

    static func listing(of registered: RegisteredClient) -> Listing {
        var listing = listing(of: registered.client)
        listing.add("client_secret", registered.generatedSecret.map { $0 + "   (shown once; hand it over in private)" })
        return listing
    }

    static func json(of client: Client, secret: String? = nil) -> JSONValue {
        var object: JSONObject = ["client_id": .string(client.id.rawValue)]
        if let secret { object["client_secret"] = .string(secret) }
        for (name, value) in client.metadata.json.members { object[name] = value }
        object["has_secret"] = .bool(client.secretDigest != nil)
        object["created_at"] = .integer(client.createdAt.secondsSince1970)
        object["updated_at"] = .integer(client.updatedAt.secondsSince1970)
        return .object(object)
    }

    static func text(of changes: [ClientChange], dryRun: Bool) -> String {
        var lines = dryRun ? ["This would happen; nothing was changed:"] : []
        for change in changes {
            lines.append("\(change.clientID.rawValue): \(change.kind.rawValue)")
            for member in change.members where change.kind == .updated || member.name == "client_secret" { lines.append("    " + text(of: member)) }
            if let secret = change.generatedSecret { lines.append("    client_secret \(secret)   (shown once; hand it over in private)") }
        }
        return lines.joined(separator: "\n")
    }

    static func json(of changes: [ClientChange], dryRun: Bool) -> JSONValue {
        let clients = changes.map { change -> JSONValue in
            var object: JSONObject = ["client_id": .string(change.clientID.rawValue), "change": .string(change.kind.rawValue)]
            let members = change.members.map { member -> JSONValue in
                ["name": .string(member.name), "before": member.before ?? .null, "after": member.after ?? .null]
            }
            object["members"] = .array(members)
            if let secret = change.generatedSecret { object["client_secret"] = .string(secret) }
            return .object(object)
        }
        return ["dry_run": .bool(dryRun), "clients": .array(clients)]
    }

    private static func text(of member: ClientChange.Member) -> String {
        guard member.name != "client_secret" else { return "client_secret: new" }
        return Table.plain("\(member.name): \(member.before.map(plain) ?? "–") → \(member.after.map(plain) ?? "–")")
    }

    private static func plain(_ value: JSONValue) -> String {
        if let texts = value.stringArray { return texts.joined(separator: ", ") }
        return value.stringValue ?? value.serialized()
    }
}
