package import AsvinHost
import AsvinBundle
import AsvinManifest

/// Writes a commented project file.
package struct ProjectInit: Sendable {
  /// The board template.
  package var template: String
  /// The vendor's domain.
  package var vendor: String?
  /// The name of the class, or `nil` for that of the template.
  package var deviceClass: String?
  /// Whether an existing file is replaced.
  package var force: Bool

  package init(template: String, vendor: String?, deviceClass: String?, force: Bool) {
    self.template = template
    self.vendor = vendor
    self.deviceClass = deviceClass
    self.force = force
  }

  /// Writes `asvin-pack.yaml` into the working folder.
  ///
  /// - Throws: ``Failure``.
  package func run(in environment: Environment) throws(Failure) -> ProjectReport {
    let environment = environment.oneRun()
    let template = try Template.named(self.template, from: environment.folder, in: environment)
    let vendor = self.vendor ?? template.vendor ?? "example.com"
    let deviceClass = self.deviceClass ?? template.deviceClass ?? template.stem
    _ = try DeviceClass(vendor: vendor, name: deviceClass)
    let text = """
      # asvin-pack.yaml: defaults for this project. Options on the command line come before it.
      # Paths start from the folder of this file.

      # Whose firmware this is (your domain) and for which board. Devices compare both before they install.
      vendor: \(vendor)
      class: \(deviceClass)

      # The board: slot sizes and what lint checks. 'asvin-pack help init' lists those built in.
      template: \(self.template)

      # The product's name; else the image's own, else the file's name.
      # name: esp-ota-blink

      # The version, where the image itself holds none. --fw-version and ASVIN_PACK_VERSION come before it.
      version: 1.0.0

      # What signs: a path, or env://NAME on a build server. Make one with: asvin-pack keygen -o keys/release.pem
      keys:
        - keys/release.pem

      # The public keys that 'publish' checks a bundle against.
      trust:
        - keys/release.pub.pem

      # Images for further slots; slot 0 is the file that is signed.
      # slots:
      #   1: build/bootloader.bin

      # Where releases go. lint compares with what was published there.
      publish:
        group: \(deviceClass)
        to: dir:releases

      """
    try explaining(ProjectFile.fileName) {
      let path = Environment.path(ProjectFile.fileName, from: environment.folder)
      let file = try OutputFile(
        path, replacing: force ? .existing : .never, durability: .flushed, inputs: environment.inputs)
      try file.write(Array(text.utf8))
      try file.commit()
    }
    return ProjectReport(file: ProjectFile.fileName, template: self.template, vendor: vendor, deviceClass: deviceClass)
  }
}

/// A written project file.
package struct ProjectReport: Encodable, Sendable {
  package let file: String
  /// The board template.
  package let template: String
  /// The vendor's domain.
  package let vendor: String
  /// The class's name.
  package let deviceClass: String

  enum CodingKeys: String, CodingKey {
    case file, template, vendor
    case deviceClass = "class"
  }
}
