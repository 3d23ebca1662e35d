import AsvinBundle
import AsvinHost

// An option decides before the project file, and the project file before its template.

extension ProjectFile {
  /// Returns the template that an option names, otherwise that of the project.
  func template(orNamed option: String?, in environment: Environment) throws(Failure) -> Template? {
    if let option { return try Template.named(option, from: environment.folder, in: environment) }
    return try template.map { name throws(Failure) in try Template.named(name, from: folder, in: environment) }
  }
}

extension DeviceClass {
  /// The ids of a vendor and a class, each from an option, the project or its template.
  ///
  /// - Throws: ``Failure`` if none gives one, and for an invalid domain or name.
  init(_ vendor: String?, _ name: String?, _ project: ProjectFile, _ template: Template?) throws(Failure) {
    guard let vendor = vendor ?? project.vendor ?? template?.vendor else {
      throw Failure(
        .usage, "no vendor is given", hint: "give your domain with --vendor example.com, or run: asvin-pack init")
    }
    guard let name = name ?? project.deviceClass ?? template?.deviceClass else {
      throw Failure(.usage, "no class is given", hint: "give the board's name with --class NAME, or a --template")
    }
    try self.init(vendor: vendor, name: name)
  }
}
