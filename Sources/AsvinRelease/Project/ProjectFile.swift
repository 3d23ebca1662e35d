import AsvinBundle

/// `asvin-pack.yaml`: a project's defaults, so that a verb needs no options.
public struct ProjectFile: Sendable {
  /// The name that is looked for.
  public static let fileName = "asvin-pack.yaml"

  /// The folder it lies in; its relative paths start there.
  public internal(set) var folder: String
  /// The vendor's domain.
  public internal(set) var vendor: String?
  /// The class's name.
  public internal(set) var deviceClass: String?
  /// The product's name.
  public internal(set) var name: String?
  /// The version.
  public internal(set) var version: String?
  /// The board template, by name or path.
  public internal(set) var template: String?
  /// References of the keys that sign.
  public internal(set) var keys: [KeyReference] = []
  /// The public keys whose signatures count when publishing.
  public internal(set) var trust: [KeyReference] = []
  /// Images for further slots.
  public internal(set) var slots: [UInt64: String] = [:]
  /// The file group, where releases go.
  public internal(set) var group: String?
  /// Where the file group is, such as `dir:releases`.
  public internal(set) var destination: String?

  /// No project: no defaults.
  init(folder: String) { self.folder = folder }

  /// A project of its YAML.
  init(_ bytes: [UInt8], name file: String, folder: String) throws(Failure) {
    self.folder = folder
    var fields = try YAMLFields(YAMLReader.document(bytes, name: file), in: "'\(file)'")
    vendor = try fields.text("vendor")
    deviceClass = try fields.text("class")
    name = try fields.text("name")
    version = try fields.text("version")
    template = try fields.text("template")
    keys = try fields.texts("keys").map { KeyReference($0, from: folder) }
    trust = try fields.texts("trust").map { KeyReference($0, from: folder) }
    for (key, value) in try fields.map("slots") {
      guard let slot = UInt64(key), slot > 0, case .text(let path) = value else {
        throw Failure(
          .rejected, "'slots' in '\(file)' has '\(key)'", hint: "write a slot above 0 and a file, as 1: file.bin")
      }
      slots[slot] = Surroundings.path(path, from: folder)
    }
    var publish = try YAMLFields(.map(fields.map("publish")), in: "'publish' in '\(file)'")
    group = try publish.text("group")
    destination = try publish.text("to")
    try publish.finish()
    try fields.finish()
  }

  /// The project of the nearest `asvin-pack.yaml`, from a folder upward; no defaults where there is none.
  ///
  /// - Throws: ``Failure`` for a file that is there and not right.
  public static func find(from folder: String) throws(Failure) -> ProjectFile {
    var place = folder
    while true {
      let path = "\(place == "/" ? "" : place)/\(fileName)"
      do throws(Failure) {
        return try ProjectFile(readSmallFile(path, limit: 1 << 16), name: path, folder: place)
      } catch {
        guard error.kind == .inputMissing else { throw error }
      }
      guard let slash = place.lastIndex(of: "/"), place != "/" else { return ProjectFile(folder: folder) }
      place = slash == place.startIndex ? "/" : String(place[..<slash])
    }
  }
}
