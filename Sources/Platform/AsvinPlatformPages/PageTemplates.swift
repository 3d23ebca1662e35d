import Mustache

/// The templates of the pages.
package struct PageTemplates: Sendable {
  private let library: MustacheLibrary

  /// Parses the templates.
  ///
  /// - Throws: an error of the library for a template that is not valid, which is a defect of the program.
  package init() throws {
    MustacheContentTypes.register(PageEscaping(), named: PageEscaping.name)
    var library = MustacheLibrary()
    for (name, text) in PageResources.templates {
      // Each template states how it escapes, because a part that is included does not inherit that.
      try library.register("{{% CONTENT_TYPE: \(PageEscaping.name)}}\(text)", named: name)
    }
    self.library = library
  }

  /// Renders a page; `nil` if there is no template of the name.
  package func html(_ name: String, _ values: PageValue) -> String? {
    library.render(values.rendered, withTemplate: name)
  }
}
