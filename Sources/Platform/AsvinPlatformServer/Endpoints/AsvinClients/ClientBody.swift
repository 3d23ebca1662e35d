import AsvinPlatform
import AsvinPlatformAPI
import Hummingbird

/// The JSON body of a request of asvin's clients. The sample in their documentation has a comma after the last member, which
/// is accepted. Any other malformed JSON is refused.
struct ClientBody: Sendable {
  /// The keys that the first generation of clients sends in each body.
  let customerKey, deviceKey: String?
  private let members: [String: JSONValue]

  /// - Throws: ``Refusal``.
  init(_ bytes: [UInt8]) throws {
    guard case .object(let members)? = JSONValue(client: bytes) else {
      throw Refusal.malformed("the body is not a JSON object, or is nested more than eight levels deep")
    }
    self.members = members
    customerKey = try Self.text("customer_key", in: members)
    deviceKey = try Self.text("device_key", in: members)
  }

  /// Returns the text of a member; `nil` if it is absent or null.
  func text(_ name: String) throws -> String? { try Self.text(name, in: members) }

  /// Returns the text of a member that must be there.
  func required(_ name: String) throws -> String { try Self.required(name, text(name)) }

  /// Returns a value that some clients send as a number and others as text.
  func numberOrText(_ name: String) throws -> String? {
    if case .number(let number)? = members[name] { return "\(number)" }
    return try text(name)
  }

  /// Returns the id of what the request asks for.
  func id() throws -> String { try Self.required("id", numberOrText("id")) }

  private static func text(_ name: String, in members: [String: JSONValue]) throws -> String? {
    switch members[name] {
    case .text(let text)?: return text
    case nil, .null?: return nil
    default: throw Refusal.malformed("\(name) must be text")
    }
  }

  private static func required(_ name: String, _ text: String?) throws -> String {
    guard let text else { throw Refusal.malformed("the body has no member \(name)") }
    return text
  }
}

extension ClientBody {
  /// Returns the workspace that both keys prove.
  func workspace(in store: any PlatformStore, at now: Instant) async throws -> Workspace? {
    guard let customer = customerKey, let device = deviceKey,
      let workspace = try await store.workspace(deviceKey: device),
      workspace.customerKeys(at: now).contains(where: { ClientLogin.isSame($0, customer) })
    else { return nil }
    return workspace
  }
}

extension Request {
  /// Reads the body of a request of asvin's clients.
  func clientBody() async throws -> ClientBody { try ClientBody(try await bytes(upTo: PlatformLimit.bodyBytes)) }
}
