import AsvinHost
import AsvinBundle
import AsvinImage

/// Compares an image with the slot that it is for.
enum BoardCheck {
  static func findings(on image: FirmwareImage, _ template: Template?) -> [LintFinding] {
    guard let template else { return kindFindings(image, nil) }
    guard let slot = template.slots[image.slot] else {
      let known = template.slots.keys.sorted().map(String.init).joined(separator: ", ")
      return [
        LintFinding(
          rule: .slot, file: image.name, message: "template '\(template.name)' has no slot \(image.slot)",
          hint: "its slots are \(known)")
      ]
    }
    var findings: [LintFinding] = []
    if image.source.size > slot.size {
      findings.append(
        LintFinding(
          rule: .slot, file: image.name,
          message: "the image has \(image.source.size) bytes, slot \(image.slot) of '\(template.name)' \(slot.size)",
          hint: "make the image smaller, or use a template of your own with larger slots"))
    }
    if let chip = image.description.chip, !template.chips.isEmpty, !template.chips.contains(chip) {
      let wanted = template.chips.map(\.rawValue).joined(separator: " or ")
      findings.append(
        LintFinding(
          rule: .chip, file: image.name, message: "the image is for \(chip.rawValue), the template for \(wanted)",
          hint: "build for the right target, or give the right --template"))
    }
    return findings + kindFindings(image, slot)
  }

  /// The findings about format and role. An image of another part of the flash is refused by its role, because the role
  /// describes the mistake better than the format.
  private static func kindFindings(_ image: FirmwareImage, _ slot: Template.Slot?) -> [LintFinding] {
    let description = image.description
    let listed = slot?.formats ?? []
    if !listed.contains(description.format) {
      switch description.format.kind {
      case .foreign, .container: return [foreign(image, listed)]
      case .image, .linux:
        if !listed.isEmpty { return [unlisted(image, listed)] + roleFindings(image, slot) }
      case .storage: break
      }
    } else if description.format.kind == .storage {
      return []
    }
    return roleFindings(image, slot)
  }

  private static func foreign(_ image: FirmwareImage, _ listed: [ImageFormat]) -> LintFinding {
    let format = image.description.format
    let wanted = listed.isEmpty ? "not a firmware image" : "and slot \(image.slot) accepts \(names(listed))"
    let next =
      switch format {
      case .gzip, .xz, .lzma, .bzip2, .zstd, .lz4, .lzop, .compress: "unpack it, and give what is inside"
      case .zip, .tar, .cpio, .ar, .rar, .cab, .rpm, .sevenZip: "unpack it, and give the image that is inside"
      case .elfObject, .elfLibrary, .elfCore: "give the executable that the linker made"
      case .bundle: "give the image, or get it with: asvin-pack extract"
      case .patch: "give the complete image; --from makes patches"
      default: "give the file that the build made for updates"
      }
    return LintFinding(
      rule: .format, file: image.name, message: "the file is \(format.title), \(wanted)",
      hint:
        "\(next); where its bytes are the image, add '\(format.rawValue)' to the slot's 'formats', or --allow format")
  }

  private static func unlisted(_ image: FirmwareImage, _ listed: [ImageFormat]) -> LintFinding {
    let format = image.description.format
    let next =
      listed == [.mcuboot] && format == .plain
      ? "sign it for MCUboot first, with imgtool: an image without its header is not started"
      : format.kind == .linux
        ? "add '\(format.rawValue)' to the slot's 'formats' in the template, or --allow format"
        : "give the file that the board's tools make for over-the-air updates"
    return LintFinding(
      rule: .format, file: image.name,
      message: "the image is of format \(format.rawValue), slot \(image.slot) accepts \(names(listed))", hint: next)
  }

  private static func roleFindings(_ image: FirmwareImage, _ slot: Template.Slot?) -> [LintFinding] {
    let description = image.description
    // Slot 0 holds the application; the template of the board describes the other slots.
    guard let wanted = slot?.role ?? (image.slot == 0 ? .application : nil), description.role != wanted else {
      return []
    }
    let what = description.role == .storage ? description.format.title : description.role.title
    let next =
      switch description.role {
      case .flash where description.offset > 0:
        "the application starts at 0x\(String(description.offset, radix: 16)) (byte \(description.offset)) of the file:"
          + " give the application's own file, as the build made it"
      case .flash: "give the application's own file, as the build made it for updates"
      case .bootloader: "give the application that the build made beside it"
      case .storage, .application: "give the file that the build made for slot \(image.slot)"
      }
    return [
      LintFinding(
        rule: .role, file: image.name, message: "the file is \(what), and slot \(image.slot) is for \(wanted.title)",
        hint: "\(next); --allow role signs it as it is")
    ]
  }

  private static func names(_ formats: [ImageFormat]) -> String {
    formats.map(\.rawValue).joined(separator: " or ")
  }
}
