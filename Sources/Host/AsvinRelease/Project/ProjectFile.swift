package import AsvinHost
import AsvinBundle

/// `asvin-pack.yaml`: the defaults of a project, so that commands do not need options.
package struct ProjectFile: Sendable {
  /// The name of the file.
  package static let fileName = "asvin-pack.yaml"

  /// The folder of the file. Its relative paths start there.
  package internal(set) var folder: String
  /// The vendor's domain.
  package internal(set) var vendor: String?
  /// The class's name.
  package internal(set) var deviceClass: String?
  /// The product's name.
  package internal(set) var name: String?
  /// The version.
  package internal(set) var version: String?
  /// The board template, by name or path.
  package internal(set) var template: String?
  /// The signing keys.
  package internal(set) var keys: [KeyReference] = []
  /// The trusted public keys for publishing.
  package internal(set) var trust: [KeyReference] = []
  /// Images for further slots.
  package internal(set) var slots: [UInt64: String] = [:]
  /// The address range of a container that becomes the image of slot 0.
  package internal(set) var range: String?
  /// The chip or board of a container for the image of slot 0.
  package internal(set) var family: String?
  /// The file group of the releases.
  package internal(set) var group: String?
  /// The place of the file group, such as `dir:releases`.
  package internal(set) var destination: String?

  /// Creates a project without defaults.
  init(folder: String) { self.folder = folder }

  init(_ bytes: [UInt8], name file: String, folder: String) throws(Failure) {
    self.folder = folder
    var fields = try YAMLFields(YAMLReader.document(bytes, name: file), in: "'\(file)'")
    vendor = try fields.text("vendor")
    deviceClass = try fields.text("class")
    name = try fields.text("name")
    version = try fields.text("version")
    template = try fields.text("template")
    range = try fields.text("range")
    family = try fields.text("family")
    keys = try fields.texts("keys").map { KeyReference($0, from: folder) }
    trust = try fields.texts("trust").map { KeyReference($0, from: folder) }
    for (key, value) in try fields.map("slots") {
      guard let slot = UInt64(key), slot > 0, case .text(let path) = value else {
        throw Failure(
          .rejected, "'slots' in '\(file)' has '\(key)'", hint: "write a slot above 0 and a file, as 1: file.bin")
      }
      slots[slot] = Environment.path(path, from: folder)
    }
    var publish = try YAMLFields(.map(fields.map("publish")), in: "'publish' in '\(file)'")
    group = try publish.text("group")
    destination = try publish.text("to")
    try publish.finish()
    try fields.finish()
  }

  /// The variable that names a project file. That file is used at any place and with any owner.
  package static let variable = "ASVIN_PACK_PROJECT"

  /// Finds the nearest `asvin-pack.yaml`, from the working folder upward. Without one, there are no defaults.
  ///
  /// - Throws: ``Failure`` for a file that exists and is not valid, or that another user could have put there.
  package static func find(in environment: Environment) throws(Failure) -> ProjectFile {
    if let named = environment.variables[variable], !named.isEmpty {
      let path = Environment.path(named, from: environment.searchFolder)
      let file = try ProjectFile(
        environment.smallInput(path, limit: limit), name: path, folder: parent(of: path) ?? "/")
      environment.useProject(path)
      return file
    }
    var place = environment.searchFolder
    while true {
      let path = "\(place == "/" ? "" : place)/\(fileName)"
      if let bytes = try bytes(of: path, in: environment) {
        let file = try ProjectFile(bytes, name: path, folder: place)
        environment.useProject(path)
        return file
      }
      guard let above = parent(of: place) else { return ProjectFile(folder: environment.searchFolder) }
      place = above
    }
  }

  private static let limit = 1 << 16

  private static func parent(of path: String) -> String? {
    guard let slash = path.lastIndex(of: "/"), path != "/" else { return nil }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// The bytes of a found project file, or `nil` if it does not exist.
  private static func bytes(of path: String, in environment: Environment) throws(Failure) -> [UInt8]? {
    let file: InputFile
    do throws(FileError) {
      file = try environment.inputs.open(path)
    } catch {
      if error.isMissing { return nil }
      throw Failure(error, on: path)
    }
    if let fault = FoundFile(path, sudoUser: environment.variables["SUDO_UID"]).fault(opened: file.identity) {
      throw Failure(
        .notAllowed, "'\(path)' is not obeyed: \(fault)",
        hint: "if you trust it, name it: \(variable)='\(path)'")
    }
    return try environment.smallInput(path, limit: limit)
  }
}
