/// app/viewmodels/draft.h: a message that is being written: typed text, and pasted texts too long for one item of the window, in order.
#pragma once

#include <QString>
#include <vector>

namespace soliloquy {

struct Draft {
    struct Block {
        QString before;  ///< what was typed between the block above and this one
        QString pasted;
        qint64 bytes = 0;  ///< of `pasted`, as UTF-8
    };
    static constexpr qsizetype kPastedLetters = 16'384;  ///< a longer paste is a block
    static constexpr qsizetype kTypedLetters = 32'768;   ///< the longest text to be laid out in the composer

    std::vector<Block> blocks;
    QString text;  ///< typed, behind all blocks

    /// False when `pasted` is short enough to be text.
    bool insert_block(const QString& pasted, qsizetype begin, qsizetype end);
    bool remove_block(int index);
    bool show_block(int index);
    [[nodiscard]] bool can_show(int index) const;
    /// Text that came too long in one piece becomes a block: true.
    bool bound_text();

    [[nodiscard]] QString whole() const;
    [[nodiscard]] qint64 bytes() const;
    [[nodiscard]] bool blank() const;  ///< nothing but white space
    /// The whole, behind a line with the lengths of its parts when there are blocks.
    [[nodiscard]] QString to_stored() const;
    [[nodiscard]] static Draft from_stored(const QString& stored);

  private:
    void give_to_next(int index, const QString& text);
};

}  // namespace soliloquy
