// Sends the answer to the agency at once. Without this script, the resident presses Continue.
document.getElementById("form-post").submit();
