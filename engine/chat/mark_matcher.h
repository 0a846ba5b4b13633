/// engine/chat/mark_matcher.h: finds marks in a stream of bytes and special tokens, holding back only what may still become one.
///
/// A stream is a sequence of symbols: a byte of ordinary text is 0-255, a special token that some mark uses is 256 + id. A mark is
/// a sequence of symbols too, so one matcher serves marks that are one token, marks that are plain text, and mixtures of both; and
/// text that merely looks like a token never equals it.
#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace soliloquy {

using Symbol = uint32_t;
constexpr Symbol kFirstTokenSymbol = 256;

/// What a mark does; one spelling may do several things, the state of the parser decides.
enum MarkKind : uint32_t {
    kMarkOpen = 1u << 0,
    kMarkClose = 1u << 1,
    kMarkTool = 1u << 2,
    kMarkNoteOpen = 1u << 3,
    kMarkNoteClose = 1u << 4,
    kMarkAnswerOpen = 1u << 5,
    kMarkAnswerClose = 1u << 6,
    kMarkHeaderStart = 1u << 7,  // harmony: <|start|> and so on
    kMarkChannel = 1u << 8,
    kMarkMessage = 1u << 9,
    kMarkConstrain = 1u << 10,
    kMarkMessageEnd = 1u << 11,
    kMarkTurnEnd = 1u << 12,  // <|return|>, <|call|>
};

struct Mark {
    std::vector<Symbol> symbols;
    size_t consumed = 0;  ///< symbols that belong to the mark; the rest is lookahead that confirms it and is read again
    uint32_t kinds = 0;
    bool has_token = false;  ///< at least one symbol is a token: no text can imitate it
};

/// All marks of a profile. No mark is a proper prefix of another one.
class MarkSet {
  public:
    /// Adds a mark, or the kinds to one of the same symbols.
    void add(std::vector<Symbol> symbols, size_t consumed, uint32_t kinds);
    /// Declares the name of a token symbol: its bytes when it turns out to be literal text.
    void name_token(uint32_t id, std::string_view name);

    [[nodiscard]] const std::vector<Mark>& marks() const noexcept { return marks_; }
    /// True when the token is a symbol of some mark.
    [[nodiscard]] bool uses_token(uint32_t id) const noexcept;
    /// Kinds of the mark that consists of this token alone; 0 when there is none.
    [[nodiscard]] uint32_t kinds_of_token(uint32_t id) const noexcept;
    [[nodiscard]] bool can_start(Symbol symbol) const noexcept;
    /// Appends the bytes of a symbol.
    void append_bytes(Symbol symbol, std::string& out) const;

  private:
    std::vector<Mark> marks_;
    std::vector<std::pair<uint32_t, std::string>> names_;
    std::bitset<256> first_bytes_;
};

/// Receives the stream taken apart.
class MarkHandler {
  public:
    virtual ~MarkHandler() = default;
    virtual void on_literal(Symbol symbol) = 0;
    virtual void on_mark(const Mark& mark) = 0;
};

/// Constant work per symbol, whatever the text: what is held back is never longer than the longest mark.
class MarkMatcher {
  public:
    explicit MarkMatcher(const MarkSet& marks) : marks_(&marks) {}
    void push(Symbol symbol, MarkHandler& handler);
    /// The end of the stream: what was held back is literal.
    void finish(MarkHandler& handler);

  private:
    void release_first(MarkHandler& handler);
    const MarkSet* marks_;
    std::vector<Symbol> held_;
};

}  // namespace soliloquy
