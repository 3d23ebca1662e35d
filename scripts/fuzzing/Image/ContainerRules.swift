import AsvinHost

/// What must hold of every file, whatever its bytes are: nothing traps, and what is accepted agrees with itself.
enum ContainerRules {
  /// Reads a file in every way that a user can choose.
  static func check(_ file: [UInt8]) {
    let source = file
    do throws(ImageError) {
      let format = try ImageFormat(recognising: source)
      _ = try ImageDescription(describingStored: source)
      guard format.isContainer else {
        _ = try ImageDescription(describing: source)
        return
      }
      let container = try Container(reading: source)
      require(container.format == format, "a container is read as what it is recognised as")
      check(container)
    } catch {
      // The place of a header is read from the file, and can be beyond its end.
      require(error.offset <= source.size || error.fault == .malformedHeader, "an error names a place in the file")
    }
  }

  private static func check(_ container: Container) {
    var choices = [ImageChoice()]
    for family in container.families.prefix(4) {
      var choice = ImageChoice()
      choice.family = "\(family.identifier)"
      choices.append(choice)
      for range in container.ranges(of: family).prefix(4) {
        choice.range = range
        choices.append(choice)
      }
    }
    for range in container.ranges(of: nil).prefix(4) {
      var choice = ImageChoice()
      choice.range = range
      choices.append(choice)
      (choice.range, choice.window) = (nil, range)
      choices.append(choice)
    }
    for choice in choices {
      do throws(ImageError) { check(try container.image(choice), choice) } catch { continue }
    }
  }

  private static func check(_ image: FlatImage, _ choice: ImageChoice) {
    require(!image.bytes.isEmpty, "an image has bytes")
    guard let first = image.ranges.first, let last = image.ranges.last else { fatalError("an image without ranges") }
    require(first.first == image.baseAddress, "an image starts with data")
    require(last.last - first.first == UInt64(image.bytes.count - 1), "an image ends with data")
    require(image.ranges.reduce(0) { $0 + $1.count } <= UInt64(image.bytes.count), "no range is outside the image")
    for (range, next) in zip(image.ranges, image.ranges.dropFirst()) {
      require(range.last < next.first, "ranges ascend and do not touch")
    }
    if let range = choice.range {
      require(first.first >= range.first && last.last <= range.last, "an image is within the chosen range")
    }
  }
}
