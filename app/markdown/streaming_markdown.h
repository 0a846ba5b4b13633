/// app/markdown/streaming_markdown.h: an answer that grows, as blocks. Blocks behind the open piece never change again, and the open piece
/// is bounded, so that a flush costs the same at the hundred-thousandth token as at the tenth.
///
/// A piece ends where CommonMark lets the next line start anew: at a blank line, at the next item of an outer list, at a fence. Pieces that
/// grow beyond kMaxPieceBytes are cut at a line end or a space; fenced code is never given to the parser but collected in chunks.
/// The result depends on the text alone, not on how it was cut into appends.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "app/markdown/block.h"

namespace soliloquy::markdown {

inline constexpr size_t kMaxPieceBytes = 4096;
inline constexpr size_t kChunkLines = 40;

class StreamingMarkdown {
  public:
    /// `text` is whole UTF-8 letters. Returns the index of the first block that may differ from before.
    size_t append(std::string_view text);
    /// No more text follows: what is half written is taken as it is. Returns the first block that may differ.
    size_t finish();
    [[nodiscard]] const std::vector<Block>& blocks() const noexcept { return blocks_; }
    /// Blocks that will never change again, but for the flag `continued` of the last.
    [[nodiscard]] size_t finished() const noexcept { return finished_; }

  private:
    struct Fence {
        char letter = 0;  ///< '`' or '~'; 0 outside of code
        size_t length = 0;
        size_t lines = 0;        ///< in the open chunk
        bool continues = false;  ///< a chunk of this code was sealed already
        std::string language;
    };
    struct OrderedList {
        char delimiter = 0;  ///< '.' or ')'; 0 = no ordered list is going on
        uint64_t number = 0;
    };

    [[nodiscard]] size_t first_open() const noexcept;
    void read_lines();
    void read_line(size_t end);
    void read_code_line(size_t end);
    void begin_piece(std::string_view line);
    void close_piece(size_t end, bool cut);
    void seal_code(size_t end, bool goes_on);
    [[nodiscard]] Block code_block(std::string_view code, bool goes_on) const;
    void add_blocks(std::string_view source);
    void parse_open();

    std::vector<Block> blocks_;
    size_t finished_ = 0;
    std::string text_;      ///< from the first byte of the open piece
    size_t next_line_ = 0;  ///< first byte of the first line that was not read yet
    bool has_words_ = false;
    bool after_blank_ = false;
    bool in_list_ = false;    ///< the open piece is an item of an outer list
    OrderedList ordered_;     ///< the list the open piece belongs to, its number included
    bool renumber_ = false;   ///< the open piece goes on from an item before: its own number is not used
    uint8_t cut_indent_ = 0;  ///< of a piece that was cut out of a list item
    std::string table_head_;  ///< of a piece that was cut out of a table
    Fence fence_;
};

/// The blocks of a finished text.
[[nodiscard]] std::vector<Block> blocks_of(std::string_view text);

}  // namespace soliloquy::markdown
