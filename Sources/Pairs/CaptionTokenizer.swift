/// Splits a caption into the tokens of NLTK's `word_tokenize(caption.lower(), preserve_line=True)`.
///
/// The rules are the Penn Treebank's as NLTK 3.10 has them: a fixed order of rewritings that put
/// spaces round punctuation, quotes and clitics, then a split at whitespace. Each rewriting is one
/// scan here; one that cannot apply, since its characters do not occur, is skipped. Linear in the
/// caption's length.
public struct CaptionTokenizer: Sendable {
  /// A tokenizer; it has no state.
  public init() {}

  /// The tokens of a caption, in order. Opening double quotes become ` `` `, closing ones `''`.
  public func tokens(of caption: String) -> [String] {
    var text = TokenizerText(PythonText.lowercased(caption))
    text.splitStartingQuotes()
    text.splitPunctuation()
    text.splitBracketsAndDashes()
    text.pad()
    text.splitEndingQuotes()
    text.splitContractions()
    return text.words()
  }
}
