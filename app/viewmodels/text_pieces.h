/// app/viewmodels/text_pieces.h: where a long text is cut so that every piece can be laid out alone. Laying out a text costs more than its
/// length, so no item of the window is given more than a piece; what is kept, copied and sent is always the whole.
#pragma once

#include <QString>
#include <vector>

namespace soliloquy {

struct TextPiece {
    qsizetype begin = 0, end = 0;  ///< of the letters shown; a line feed at a cut belongs to neither side
    bool operator==(const TextPiece&) const = default;
};

inline constexpr qsizetype kPieceLetters = 4000;
inline constexpr int kPieceLines = 100;

/// At least one piece. Cuts lie behind a line feed where there is one, else behind a space, else between two letters.
[[nodiscard]] std::vector<TextPiece> pieces_of(QStringView text);

/// The first piece, and an ellipsis when that is not all.
[[nodiscard]] QString beginning_of(const QString& text);

/// Whether more combining marks stand on one letter than any writing system needs: they are slow to lay out.
[[nodiscard]] bool has_stacked_marks(QStringView text);

}  // namespace soliloquy
