/// app/markdown/block.h: a piece of an answer that is laid out on its own: a paragraph, a heading, a chunk of code, a table, a rule.
/// Containers (lists, quotes) are no blocks: they are the indent, the marker and the quote depth of what they hold, so that a list of a
/// thousand items is a thousand rows and never one.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace soliloquy::markdown {

enum class BlockKind : uint8_t { paragraph, heading, code, table, rule };
enum class Align : uint8_t { start, center, end };

/// Bits of Run::style.
enum Style : uint8_t { kStrong = 1, kEmphasis = 2, kCode = 4, kStrike = 8, kLink = 16, kImage = 32 };

/// Text of one look. A line feed in `text` is a line break. `address` is that of a link or an image, as the author wrote it.
struct Run {
    std::string text;
    uint8_t style = 0;
    std::string address;
    bool operator==(const Run&) const = default;
};

struct Cell {
    std::vector<Run> runs;
    Align align = Align::start;
    bool operator==(const Cell&) const = default;
};

struct Block {
    BlockKind kind = BlockKind::paragraph;
    uint8_t level = 0;                     ///< 1..6 of a heading
    uint8_t indent = 0;                    ///< lists around it, at most kMaxDepth
    uint8_t quote = 0;                     ///< quotes around it, at most kMaxDepth
    bool item = false;                     ///< inside a list item: sits closer to the block before
    std::string marker;                    ///< "•", "3.", "☐", "☑" on the first block of an item, else empty
    std::vector<Run> runs;                 ///< paragraph, heading
    std::string code;                      ///< without the line feed at its end
    std::string language;                  ///< first word behind the fence
    std::vector<std::vector<Cell>> table;  ///< rows of cells; the first row is the heading
    bool continues = false;                ///< goes on from the block before (long code and tables come in chunks)
    bool continued = false;                ///< goes on in the next block
    bool operator==(const Block&) const = default;
};

inline constexpr uint8_t kMaxDepth = 6;

}  // namespace soliloquy::markdown
