import AsvinHost
import CAsvinYAML

/// Reads one document through libyaml, event by event. Aliases and tags have no place in our files.
@safe
struct YAMLReader: ~Copyable {
  // Behind a pointer, because libyaml's parser holds its own address.
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let name: String

  /// A document's value; an empty document is an empty map.
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

/// What libyaml reports, as far as our files go.
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
