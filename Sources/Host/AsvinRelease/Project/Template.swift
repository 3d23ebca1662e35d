package import AsvinHost
package import AsvinImage

/// The requirements of a board on its firmware.
package struct Template: Sendable {
  /// A slot of the board.
  package struct Slot: Sendable {
    /// A description of its content.
    package let name: String
    /// Size in bytes.
    package let size: UInt64
    /// The permitted formats of an image; if empty, any format.
    package let formats: [ImageFormat]
    /// The address range of the slot. It selects the data of a container with several ranges.
    package let range: AddressRange?
    /// The role of the slot; if `nil`, the application for slot 0, and any role for other slots.
    package let role: ImageRole?
  }

  /// The template's name.
  package let name: String
  /// A description of one line.
  package let summary: String
  /// The domain of the vendor of the class.
  package let vendor: String?
  /// The class's name.
  package let deviceClass: String?
  /// The chip that an image must be for, if its format names one.
  package let chips: [Chip]
  /// The slots by number.
  package let slots: [UInt64: Slot]
  /// Bytes of RAM for applying a patch on the device.
  package let memory: UInt64
  /// Bytes of a chunk of a sealed stream.
  package let chunk: UInt64
  /// Bytes of an erase block of the slots.
  package let block: UInt64

  init(_ bytes: [UInt8], name: String) throws(Failure) {
    self.name = name
    let place = "template '\(name)'"
    var fields = try YAMLFields(YAMLReader.document(bytes, name: name), in: place)
    summary = try fields.text("summary") ?? name
    vendor = try fields.text("vendor")
    deviceClass = try fields.text("class")
    memory = try fields.bytes("ram") ?? 0
    chunk = try fields.bytes("chunk") ?? 4096
    guard chunk.nonzeroBitCount == 1, (9...16).contains(chunk.trailingZeroBitCount) else {
      throw Failure(.rejected, "'chunk' in \(place) is not a power of two from 512 to 64K")
    }
    block = try fields.bytes("block") ?? 4096
    guard block.nonzeroBitCount == 1, (9...24).contains(block.trailingZeroBitCount) else {
      throw Failure(.rejected, "'block' in \(place) is not a power of two from 512 to 16M")
    }
    var chips: [Chip] = []
    for text in try fields.texts("chip") {
      guard let chip = Chip(rawValue: text) else {
        let known = Chip.allCases.map(\.rawValue).joined(separator: ", ")
        throw Failure(.rejected, "\(place) has an unknown chip '\(text)'", hint: "the chips are \(known)")
      }
      chips.append(chip)
    }
    self.chips = chips
    var slots: [UInt64: Slot] = [:]
    for (key, value) in try fields.map("slots") {
      guard let number = UInt64(key) else {
        throw Failure(.rejected, "\(place) has a slot '\(key)' that is not a number")
      }
      slots[number] = try Slot(value, in: "slot \(key) of \(place)")
    }
    self.slots = slots
    try fields.finish()
  }
}

extension Template.Slot {
  fileprivate init(_ yaml: YAML, in place: String) throws(Failure) {
    var fields = try YAMLFields(yaml, in: place)
    name = try fields.text("name") ?? "image"
    guard let size = try fields.bytes("size"), size > 0 else { throw Failure(.rejected, "\(place) has no size") }
    self.size = size
    var formats: [ImageFormat] = []
    for text in try fields.texts("formats") {
      guard let format = ImageFormat(rawValue: text) else {
        let known = ImageFormat.allCases.filter { !$0.isContainer }.map(\.rawValue).joined(separator: ", ")
        throw Failure(.rejected, "\(place) has an unknown format '\(text)'", hint: "the formats are \(known)")
      }
      formats.append(format)
    }
    self.formats = formats
    range = try fields.text("range").map { text throws(Failure) in
      guard let range = AddressRange(text) else {
        throw Failure(.rejected, "\(place) has a range '\(text)'", hint: "write it as 0x8000000-0x80FFFFF")
      }
      return range
    }
    role = try fields.text("role").map { text throws(Failure) in
      guard let role = ImageRole(rawValue: text) else {
        let known = ImageRole.allCases.map(\.rawValue).joined(separator: ", ")
        throw Failure(.rejected, "\(place) has an unknown role '\(text)'", hint: "the roles are \(known)")
      }
      return role
    }
    try fields.finish()
  }
}

extension Template {
  /// Returns the built-in template of a name, or reads a YAML file.
  ///
  /// - Throws: ``Failure``.
  package static func named(
    _ name: String, from folder: String, in environment: Environment
  ) throws(Failure) -> Template {
    if let bytes = builtIn[name] { return try Template(bytes, name: name) }
    guard name.contains("/") || name.hasSuffix(".yaml") else {
      let known = builtIn.keys.sorted().joined(separator: ", ")
      throw Failure(
        .usage, "template '\(name)' does not exist", hint: "built in: \(known); or give a path to a .yaml file")
    }
    return try Template(environment.smallInput(Environment.path(name, from: folder), limit: 1 << 16), name: name)
  }

  /// The name of the template, or of its file, as a class.
  var stem: String {
    let last = name.split(separator: "/").last.map(String.init) ?? name
    return last.hasSuffix(".yaml") ? String(last.dropLast(5)) : last
  }

  /// The templates of the `Templates` folder, by name.
  package static var builtIn: [String: [UInt8]] {
    [
      "esp32": PackageResources.esp32_yaml,
      "esp32c3": PackageResources.esp32c3_yaml,
      "esp8266": PackageResources.esp8266_yaml,
      "linux-gateway": PackageResources.linux_gateway_yaml,
      "nrf52840": PackageResources.nrf52840_yaml,
      "rp2040": PackageResources.rp2040_yaml,
      "stm32": PackageResources.stm32_yaml,
    ]
  }
}
