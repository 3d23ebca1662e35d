import AsvinPlatformAPI
import HTTPTypes

/// The OpenAPI 3.1 document of the routes.
enum OpenAPI {
  static var document: JSONValue {
    var paths: [String: JSONValue] = [:]
    for (path, routes) in Dictionary(grouping: RouteTable.all, by: \.path) {
      var operations: [String: JSONValue] = [:]
      for route in routes { operations[route.method.rawValue.lowercased()] = route.operation }
      paths[path] = .object(operations)
    }
    return [
      "openapi": "3.1.0",
      "info": [
        "title": "asvin-platform", "version": "2",
        "description":
          "The device API is under /v2, the management API under /manage. The API of asvin's own device clients is not included.",
      ],
      "paths": .object(paths),
      "components": [
        "securitySchemes": [
          "deviceProof": [
            "type": "apiKey", "in": "header", "name": "Authorization",
            "description": "Asvin-Device and the proof of the request by the device's symmetric key",
          ],
          "workspaceProof": [
            "type": "apiKey", "in": "header", "name": "Authorization",
            "description": "Asvin-Workspace and the proof of the request by the workspace's customer key",
          ],
          "workspace": [
            "type": "http", "scheme": "bearer", "description": "An enrolment token, or a token of POST /auth/login",
          ],
          "device": ["type": "http", "scheme": "bearer", "description": "A token of POST /v2/login"],
          "person": ["type": "http", "scheme": "bearer", "description": "A token of POST /manage/tokens"],
        ]
      ],
    ]
  }
}

extension Route {
  fileprivate var operation: JSONValue {
    var members: [String: JSONValue] = [
      "summary": .text(summary), "operationId": .text(operationID), "responses": .object(responses),
    ]
    let parts =
      parameters.map { name in
        JSONValue.object([
          "name": .text(name), "in": "path", "required": true,
          "schema": schema(of: name).json,
        ])
      }
      + query.map { property in
        JSONValue.object([
          "name": .text(property.name), "in": "query", "required": .boolean(property.isRequired),
          "description": .text(property.summary), "schema": property.schema.json,
        ])
      }
    if !parts.isEmpty { members["parameters"] = .list(parts) }
    if let body {
      members["requestBody"] = ["required": true, "content": .object(Self.content(body, isDevice: isDevice))]
    } else if bodyBytes != nil {
      members["requestBody"] = ["required": true, "content": ["application/octet-stream": [:]]]
    }
    switch access {
    case .open: break
    case .workspace: members["security"] = [["workspace": []], ["workspaceProof": []]]
    case .device: members["security"] = [["device": []], ["deviceProof": []]]
    case .person: members["security"] = [["person": []]]
    }
    return .object(members)
  }

  /// Whether the route is a part of the device API, whose messages have a form in CBOR.
  private var isDevice: Bool {
    switch access {
    case .open, .workspace, .device: true
    case .person: false
    }
  }

  private func schema(of parameter: String) -> MessageSchema {
    switch parameter {
    case "release": return .digest
    case "device":
      if case .device = access { return .pattern("^(\(Route.selfName)|[1-9][0-9]{0,15})$") }
      return .integer(0...PlatformLimit.largestID)
    default: return .integer(0...PlatformLimit.largestID)
    }
  }

  /// The forms of a message by media type.
  private static func content(_ schema: MessageSchema, isDevice: Bool) -> [String: JSONValue] {
    var content: [String: JSONValue] = ["application/json": ["schema": schema.json]]
    if isDevice, schema.isCompact {
      content[CompactMessage.mediaType] = [
        "schema": [
          "description":
            "The message as deterministic CBOR. Each member has the key x-cbor-key; digests, ids and base64 are byte strings."
        ]
      ]
    }
    return content
  }

  private var operationID: String {
    ([method.rawValue.lowercased()] + path.split(separator: "/").map { $0.filter { $0.isLetter || $0.isNumber } })
      .joined(separator: "-")
  }

  private var responses: [String: JSONValue] {
    var all = answers
    if body != nil || bodyBytes != nil || !query.isEmpty || !parameters.isEmpty {
      all.append(.problem(400, "The request is malformed"))
    }
    if body != nil || bodyBytes != nil { all.append(.problem(413, "The body is too large")) }
    if body != nil, isDevice { all.append(.problem(415, "The message has no form in CBOR")) }
    if !parameters.isEmpty || body != nil { all.append(.problem(404, "The entity does not exist in the workspace")) }
    switch access {
    case .open: all.append(.problem(429, "Too many requests"))
    case .workspace: all.append(.problem(401, "The token is not valid"))
    case .device, .person:
      all.append(.problem(401, "The token is not valid"))
      all.append(.problem(403, "The token does not allow the request"))
    }
    var responses: [String: JSONValue] = [:]
    for answer in all where responses["\(answer.status)"] == nil {
      var members: [String: JSONValue] = ["description": .text(answer.summary)]
      if let type = answer.mediaType {
        members["content"] = .object(
          answer.schema.map { Self.content($0, isDevice: isDevice) } ?? [type: [:]])
      }
      responses["\(answer.status)"] = .object(members)
    }
    return responses
  }
}
