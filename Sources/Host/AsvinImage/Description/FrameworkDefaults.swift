/// Names and versions that a framework sets for every project. They do not describe a product.
enum FrameworkDefaults {
  /// `arduino-lib-builder` is the project in which Arduino's precompiled libraries for the ESP32 were built; every
  /// sketch contains its descriptor. `libespidf` is the same for programs in Rust (esp-idf-sys).
  private static let names: Set<String> = ["arduino-lib-builder", "libespidf"]
  /// The version that Zephyr writes into an MCUboot header unless `CONFIG_MCUBOOT_IMGTOOL_SIGN_VERSION` is set.
  private static let versions: Set<String> = ["0.0.0"]

  /// Moves a name and a version that a framework set to the fields for defaults.
  static func remove(from description: inout ImageDescription) {
    let isFramework = description.projectName.map(names.contains) == true
    if isFramework {
      description.defaultName = description.projectName
      description.projectName = nil
    }
    guard let version = description.version else { return }
    if isFramework || versions.contains(version) || isFrameworkVersion(version, of: description) {
      description.defaultVersion = version
      description.version = nil
      description.hasUnreadableVersion = false
    }
  }

  /// Whether a version is the framework's own. ESP-IDF uses the output of `git describe`, which describes the framework
  /// if the project is inside the framework's tree.
  private static func isFrameworkVersion(_ version: String, of description: ImageDescription) -> Bool {
    if version.hasPrefix("esp-idf:") { return true }
    guard let framework = description.frameworkVersion else { return false }
    return version == framework || version == framework + "-dirty" || version + "-dirty" == framework
  }
}
