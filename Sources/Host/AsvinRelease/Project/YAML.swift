import AsvinHost
import CAsvinYAML

/// A YAML document of text, lists and maps. Every scalar is text as written: `1.10` stays `1.10`.
indirect enum YAML: Sendable {
  case text(String)
  case list([YAML])
  case map([(key: String, value: YAML)])

  /// The limit of nested lists and maps.
  static let deepest = 8
}

/// The fields of a map of a YAML file. Each field is read once. Fields that remain at the end are unknown and refused.
struct YAMLFields {
  private var fields: [String: YAML] = [:]
  private let place: String

  init(_ yaml: YAML, in place: String) throws(Failure) {
    self.place = place
    guard case .map(let pairs) = yaml else { throw Failure(.rejected, "\(place) is not a map of names and values") }
    for (key, value) in pairs { fields[key] = value }
  }

  mutating func text(_ key: String) throws(Failure) -> String? {
    guard let value = fields.removeValue(forKey: key) else { return nil }
    guard case .text(let text) = value else { throw wrong(key, "a text") }
    return text.isEmpty ? nil : text
  }

  mutating func texts(_ key: String) throws(Failure) -> [String] {
    guard let value = fields.removeValue(forKey: key) else { return [] }
    switch value {
    case .text(let text): return text.isEmpty ? [] : [text]
    case .list(let items):
      var texts: [String] = []
      for item in items {
        guard case .text(let text) = item else { throw wrong(key, "a list of texts") }
        texts.append(text)
      }
      return texts
    case .map: throw wrong(key, "a text or a list of texts")
    }
  }

  /// A number of bytes: digits, then `K` for 1024 or `M` for 1024².
  mutating func bytes(_ key: String) throws(Failure) -> UInt64? {
    guard let text = try text(key) else { return nil }
    let scale: UInt64 = text.hasSuffix("K") ? 1 << 10 : text.hasSuffix("M") ? 1 << 20 : 1
    let digits = scale == 1 ? Substring(text) : text.dropLast()
    guard let number = UInt64(digits), number <= UInt64.max / scale else {
      throw wrong(key, "a number of bytes, such as 4096, 64K or 1M")
    }
    return number * scale
  }

  mutating func map(_ key: String) throws(Failure) -> [(key: String, value: YAML)] {
    guard let value = fields.removeValue(forKey: key) else { return [] }
    switch value {
    case .map(let pairs): return pairs
    case .text(""): return []
    case .text, .list: throw wrong(key, "a map")
    }
  }

  func finish() throws(Failure) {
    guard let unknown = fields.keys.sorted().first else { return }
    throw Failure(.rejected, "\(place) has an unknown field '\(unknown)'", hint: "check its spelling")
  }

  private func wrong(_ key: String, _ wanted: String) -> Failure {
    Failure(.rejected, "'\(key)' in \(place) is not \(wanted)")
  }
}

/// Reads one document through libyaml, event by event. Aliases and tags are refused.
@safe
struct YAMLReader: ~Copyable {
  // Allocated, because the parser of libyaml holds its own address.
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let name: String

  /// The value of a document. An empty document is an empty map.
  static func document(_ bytes: [UInt8], name: String) throws(Failure) -> YAML {
    let reader = YAMLReader(name: name)
    return try unsafe bytes.withUnsafeBufferPointer { (buffer) throws(Failure) -> YAML in
      unsafe yaml_parser_set_input_string(reader.parser, buffer.baseAddress, buffer.count)
      return try reader.document()
    }
  }

  private init(name: String) {
    self.name = name
    unsafe parser = .allocate(capacity: 1)
    let ready = unsafe yaml_parser_initialize(parser)
    precondition(ready == 1, "out of memory for a YAML file")
  }

  deinit {
    unsafe yaml_parser_delete(parser)
    unsafe parser.deallocate()
  }

  private func document() throws(Failure) -> YAML {
    var value = YAML.map([])
    var isSeen = false
    while true {
      let event = try next()
      switch event {
      case .start: continue
      case .end: return value
      default:
        guard !isSeen else { throw Failure(.rejected, "'\(name)' holds more than one document") }
        isSeen = true
        value = try self.value(from: event, levelsLeft: YAML.deepest)
      }
    }
  }

  private func value(from event: Event, levelsLeft: Int) throws(Failure) -> YAML {
    guard levelsLeft > 0 else { throw Failure(.rejected, "'\(name)' is nested more than \(YAML.deepest) levels deep") }
    switch event {
    case .scalar(let text):
      return .text(text)
    case .list:
      var items: [YAML] = []
      while true {
        let event = try next()
        if event == .close { return .list(items) }
        items.append(try value(from: event, levelsLeft: levelsLeft - 1))
      }
    case .map:
      var pairs: [(key: String, value: YAML)] = []
      while true {
        let event = try next()
        if event == .close { return .map(pairs) }
        guard case .scalar(let key) = event else { throw Failure(.rejected, "'\(name)' has a key that is not text") }
        guard !pairs.contains(where: { $0.key == key }) else {
          throw Failure(.rejected, "'\(name)' has '\(key)' twice", hint: "keep one of them")
        }
        pairs.append((key, try value(from: next(), levelsLeft: levelsLeft - 1)))
      }
    case .start, .end, .close:
      throw Failure(.rejected, "'\(name)' ends inside a value")
    }
  }
}

/// The events of libyaml that these files need.
private enum Event: Equatable {
  case start, end, list, map, close
  case scalar(String)
}

extension YAMLReader {
  private func next() throws(Failure) -> Event {
    var event = unsafe yaml_event_t()
    guard unsafe yaml_parser_parse(parser, &event) == 1 else {
      let line = unsafe parser.pointee.problem_mark.line + 1
      let problem = unsafe parser.pointee.problem.map { unsafe String(cString: $0) } ?? "it cannot be read"
      throw Failure(.rejected, "'\(name)' is not YAML: line \(line), \(problem)", hint: "check that line")
    }
    defer { unsafe yaml_event_delete(&event) }
    switch unsafe event.type {
    case YAML_STREAM_START_EVENT, YAML_DOCUMENT_START_EVENT, YAML_DOCUMENT_END_EVENT: return .start
    case YAML_STREAM_END_EVENT: return .end
    case YAML_SEQUENCE_START_EVENT: return .list
    case YAML_MAPPING_START_EVENT: return .map
    case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: return .close
    case YAML_SCALAR_EVENT:
      let scalar = unsafe event.data.scalar
      return .scalar(
        unsafe String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self))
    default:
      let line = unsafe event.start_mark.line + 1
      throw Failure(.rejected, "'\(name)' has an alias in line \(line)", hint: "write the value out")
    }
  }
}
