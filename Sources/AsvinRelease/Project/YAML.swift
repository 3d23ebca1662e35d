import Yams

/// A YAML document of text, lists and maps. Every scalar is text as written: `1.10` stays `1.10`.
indirect enum YAML: Equatable {
  case text(String)
  case list([YAML])
  case map([(key: String, value: YAML)])

  static func == (left: YAML, right: YAML) -> Bool {
    switch (left, right) {
    case (.text(let left), .text(let right)): left == right
    case (.list(let left), .list(let right)): left == right
    case (.map(let left), .map(let right)): left.elementsEqual(right) { $0 == $1 }
    default: false
    }
  }

  /// Reads a document; an empty one is an empty map.
  init(_ bytes: [UInt8], name: String) throws(Failure) {
    do {
      guard let node = try Yams.compose(yaml: String(decoding: bytes, as: UTF8.self)) else {
        self = .map([])
        return
      }
      self = try YAML(node, name: name)
    } catch let failure as Failure {
      throw failure
    } catch {
      throw Failure(.rejected, "'\(name)' is not YAML: \(error)")
    }
  }

  private init(_ node: Node, name: String) throws(Failure) {
    switch node {
    case .scalar(let scalar):
      self = .text(scalar.string)
    case .sequence(let sequence):
      var items: [YAML] = []
      for item in sequence { items.append(try YAML(item, name: name)) }
      self = .list(items)
    case .mapping(let mapping):
      var pairs: [(key: String, value: YAML)] = []
      for (key, value) in mapping {
        guard case .scalar(let scalar) = key else { throw Failure(.rejected, "'\(name)' has a key that is not text") }
        pairs.append((scalar.string, try YAML(value, name: name)))
      }
      self = .map(pairs)
    case .alias:
      throw Failure(.rejected, "'\(name)' has an alias", hint: "write the value out")
    }
  }
}
